import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AlertNotice,
  alertChannelsFormat,
  type NoticeLinks,
  parseAlertChannels,
} from "@tapline/core/alerts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { AddressGuard } from "./guards/index.ts";
import { Courier, type CourierParts, SecretFolder, WebhookSender } from "./index.ts";
import {
  type HttpReceiver,
  type SmtpReceiver,
  startHttpReceiver,
  startSmtpReceiver,
} from "./receivers.fixture.ts";

let folder: string;
let receiver: HttpReceiver;
let smtp: SmtpReceiver | null;
let webhooks: WebhookSender;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapline-secrets-"));
  receiver = await startHttpReceiver();
  webhooks = new WebhookSender(new AddressGuard(["127.0.0.0/8"]));
  smtp = null;
});
afterEach(async () => {
  webhooks.close();
  await receiver.close();
  await smtp?.close();
  await rm(folder, { recursive: true });
});

const notice: AlertNotice = {
  ...{ kind: "call", alertId: "01936f2b-7a00-7000-8000-000000000001", rev: 3, ruleId: "agent-offline" },
  ...{ severity: "critical", message: "Agent gym-7 is offline", scope: { site: "north" } },
  ...{ value: 1, limit: 0, action: "Look at the PC.", runbook: "docs/runbooks.md#agent-offline" },
  ...{ raisedAtEpochMs: 1, atEpochMs: 1, by: null, step: 0 },
};
const parcel = { key: "ab".repeat(16), recipient: "", notice, links: { console: null, acknowledge: null } };

/** What goes to browsers, and whom their push services may ask about us. */
let pushed: (string | null)[] = [];
const pushes: CourierParts["pushes"] = {
  send: async ({ name }, recipient, _notice, contact) => {
    pushed.push(`${name} ${recipient}`, contact);
    return { kind: "sent" };
  },
};

async function deliver(
  channel: object,
  mail: object | null = {},
  links: NoticeLinks = parcel.links,
  recipient = "",
) {
  const document = parseAlertChannels({
    format: alertChannelsFormat,
    ...(mail === null
      ? {}
      : { mail: { host: "127.0.0.1", port: smtp?.port ?? 1, from: "tapline@example.org", ...mail } }),
    channels: [channel],
  });
  const secrets = new SecretFolder(folder);
  const courier = new Courier({ secrets, webhooks, pushes, clock: () => 1_795_000_000_000 });
  const [only] = document.channels;
  if (only === undefined) throw new Error("no channel");
  return await courier.deliver(only, document, { ...parcel, links, recipient });
}

const mailbox = { kind: "email", name: "ada-mail", to: ["ada@example.org", "bob@example.org"] };
const open = { security: "none" };

test("a mail comes to all its addresses, names its alert, and is one however often it is sent", async () => {
  smtp = await startSmtpReceiver({ disabledCommands: ["STARTTLS"] });
  expect(await deliver(mailbox, open)).toEqual({ kind: "sent" });
  expect(await deliver(mailbox, open)).toEqual({ kind: "sent" });
  const [first, second] = smtp.mails;
  expect(first?.to).toEqual(mailbox.to);
  expect(first?.source).toContain("Auto-Submitted: auto-generated");
  const id = `Message-ID: <${parcel.key}@example.org>`.toLowerCase();
  for (const mail of [first, second]) expect(mail?.source.toLowerCase()).toContain(id);
});

test("where STARTTLS is asked for, no mail leaves without it", async () => {
  smtp = await startSmtpReceiver({ disabledCommands: ["STARTTLS"] });
  expect(await deliver(mailbox)).toMatchObject({ kind: "failed" });
  expect(smtp.mails).toEqual([]);
});

test("a certificate that nobody vouches for is not believed", async () => {
  smtp = await startSmtpReceiver();
  expect(await deliver(mailbox)).toMatchObject({
    kind: "failed",
    fault: expect.stringMatching(/certificate/i),
  });
  expect(smtp.mails).toEqual([]);
});

test("the password comes from its file, and is in no outcome", async () => {
  let given = "";
  smtp = await startSmtpReceiver({
    ...{ disabledCommands: ["STARTTLS"], allowInsecureAuth: true, authOptional: false },
    onAuth({ password = "" }, _session, callback) {
      given = password ?? "";
      if (password === "right") callback(null, { user: "me" });
      else callback(new Error("no"));
    },
  });
  const login = { ...open, user: "me", password: { secret: "mail-password" } };
  expect(await deliver(mailbox, login)).toMatchObject({
    ...{ kind: "failed", fault: expect.stringContaining("TAPLINE_ALERT_SECRETS") },
  });
  await writeFile(join(folder, "mail-password"), "wrong-one\n");
  const refused = await deliver(mailbox, login);
  expect([refused.kind, given]).toEqual(["failed", "wrong-one"]);
  expect(JSON.stringify(refused)).not.toContain("wrong-one");
  await writeFile(join(folder, "mail-password"), "right\n");
  expect(await deliver(mailbox, login)).toEqual({ kind: "sent" });
});

test("addresses that the server does not know are said, without their names", async () => {
  smtp = await startSmtpReceiver({
    disabledCommands: ["STARTTLS"],
    onRcptTo: ({ address }, _session, callback) =>
      callback(address.startsWith("bob") ? Object.assign(new Error("who?"), { responseCode: 550 }) : null),
  });
  expect(await deliver(mailbox, open)).toEqual({
    ...{ kind: "refused", fault: "the mail server refused 1 of 2 addresses" },
  });
  expect(await deliver({ ...mailbox, to: ["bob@example.org"] }, open)).toMatchObject({ kind: "refused" });
});

test("a plain webhook is signed by its secret; a chat room's address is one", async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
  await writeFile(join(folder, "desk-key"), `${secret}\n`);
  const hook = { kind: "webhook", name: "desk", url: `${receiver.url}/desk`, key: { secret: "desk-key" } };
  expect(await deliver(hook)).toEqual({ kind: "sent" });
  expect(receiver.posted[0]?.headers).toMatchObject({
    "webhook-id": `msg_${parcel.key}`,
    "webhook-timestamp": "1795000000",
    "webhook-signature": expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
  });
  const room = { kind: "webhook", name: "room", shape: "slack", url: { secret: "room-url" } };
  expect(await deliver(room)).toMatchObject({ kind: "failed", fault: expect.stringContaining("room-url") });
  await writeFile(join(folder, "room-url"), `${receiver.url}/services/T0/B0`);
  expect(await deliver(room)).toEqual({ kind: "sent" });
  expect(receiver.posted[1]).toMatchObject({ path: "/services/T0/B0" });
  expect(receiver.posted[1]?.headers).not.toHaveProperty("webhook-signature");
});

test("a push service is told who sends: whoever our mails are from, else the console, where it can be reached", async () => {
  const browsers = { kind: "web-push", name: "browsers" };
  const at = (console: string) => ({ console, acknowledge: null });
  pushed = [];
  expect(await deliver(browsers, {}, at("https://console.example"), "one")).toEqual({ kind: "sent" });
  await deliver(browsers, null, at("https://console.example"), "two");
  await deliver(browsers, null, at("http://127.0.0.1:7400"), "three");
  expect(pushed).toEqual([
    ...["browsers one", "mailto:tapline@example.org"],
    ...["browsers two", "https://console.example"],
    ...["browsers three", null],
  ]);
});
