import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AlertNotice, PushSubscription, WebPushChannel } from "@tapline/core/alerts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { browserAt, openPush, vapidClaims } from "../../../src/alerts/channels/open-push.fixture.ts";
import { AddressGuard, PushGuard, type SendGuard } from "./guards/index.ts";
import { PushKey, PushSender, SecretFolder, WebhookSender } from "./index.ts";
import { type HttpReceiver, startHttpReceiver } from "./receivers.fixture.ts";

let folder: string;
let service: HttpReceiver;
let key: PushKey;
let kept: Map<string, { subscription: PushSubscription; serverKey: string }>;
let senders: WebhookSender[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tapline-push-"));
  await writeKey();
  key = new PushKey(new SecretFolder(folder));
  service = await startHttpReceiver();
  service.answer = (response) => response.writeHead(201).end();
  [kept, senders] = [new Map(), []];
});
afterEach(async () => {
  for (const sender of senders) sender.close();
  await service.close();
  await rm(folder, { recursive: true });
});

async function writeKey(): Promise<void> {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await writeFile(join(folder, "web-push-key"), privateKey.export({ type: "pkcs8", format: "pem" }));
}

const channel: WebPushChannel = { kind: "web-push", name: "browsers", tells: ["call"] };

const notice: AlertNotice = {
  ...{ kind: "call", alertId: "01936f2b-7a00-7000-8000-000000000001", rev: 3, ruleId: "agent-offline" },
  ...{ severity: "warning", message: "Agent gym-7 is offline", scope: { site: "north" } },
  ...{ value: 1, limit: 0, action: "Look at the PC.", runbook: "docs/runbooks.md#agent-offline" },
  ...{ raisedAtEpochMs: 1_795_000_000_000, atEpochMs: 1_795_000_000_000, by: null, step: 0 },
};

async function subscribe(url = service.url) {
  const browser = browserAt(`${url}/send/secret-of-this-browser`);
  kept.set("one", { subscription: browser.subscription, serverKey: (await key.publicKey()) ?? "" });
  return browser;
}

function sender(guard: SendGuard = new AddressGuard(["127.0.0.0/8"])): PushSender {
  const webhooks = new WebhookSender(guard);
  senders.push(webhooks);
  const browsers = {
    find: async (id: string) => kept.get(id) ?? null,
    forget: async (id: string) => void kept.delete(id),
  };
  return new PushSender({ browsers, key, posts: webhooks, clock: () => 1_795_000_000_000 });
}

test("a push service gets what its browser alone can read, signed by our key for it, and how urgent it is", async () => {
  const browser = await subscribe();
  expect(await sender().send(channel, "one", notice, "mailto:ops@example.org")).toEqual({ kind: "sent" });
  const [posted] = service.posted;
  if (posted === undefined) throw new Error("nothing was posted");
  expect(posted.path).toBe("/send/secret-of-this-browser");
  expect(posted.headers).toMatchObject({
    ...{ "content-encoding": "aes128gcm", ttl: "86400", urgency: "normal" },
    topic: expect.stringMatching(/^[\w-]{1,32}$/),
  });
  expect(vapidClaims(posted.headers.authorization ?? "")).toEqual({
    key: await key.publicKey(),
    claims: { aud: service.url, exp: 1_795_000_000 + 43_200, sub: "mailto:ops@example.org" },
  });
  expect(posted.body).not.toContain("gym-7");
  expect(JSON.parse(openPush(posted.bytes, browser))).toMatchObject({
    ...{ kind: "call", severity: "warning", alertId: notice.alertId },
    ...{ title: "▲ warning · Agent gym-7 is offline", body: expect.stringContaining("Look at the PC.") },
  });
});

test("a browser that its push service knows no more is forgotten; one whose service is ill is not", async () => {
  for (const status of [500, 429, 403, 413]) {
    await subscribe();
    service.answer = (response) => response.writeHead(status).end();
    expect(await sender().send(channel, "one", notice, null)).toMatchObject({
      kind: status === 413 ? "refused" : "failed",
    });
    expect(kept.size, String(status)).toBe(1);
  }
  for (const status of [404, 410]) {
    await subscribe();
    service.answer = (response) => response.writeHead(status).end();
    const outcome = await sender().send(channel, "one", notice, null);
    expect(outcome).toMatchObject({ kind: "refused", fault: expect.stringContaining("forgotten") });
    expect(JSON.stringify(outcome)).not.toContain("secret-of-this-browser");
    expect(kept.size, String(status)).toBe(0);
  }
});

test("nothing is sent to who is switched off; a process with another key than the installation's sends nothing, and forgets nobody", async () => {
  expect(await sender().send(channel, "one", notice, null)).toMatchObject({ kind: "refused" });
  await subscribe();
  await writeKey();
  expect(await sender().send(channel, "one", notice, null)).toMatchObject({
    ...{ kind: "failed", fault: expect.stringContaining("is not the one by which this browser is notified") },
  });
  expect(kept.size).toBe(1);
  expect(service.posted).toEqual([]);
});

test("an endpoint that may not be reached is refused, and nobody hears where it leads", async () => {
  await subscribe();
  const outcome = await sender(new PushGuard([])).send(channel, "one", notice, null);
  expect(outcome).toMatchObject({ kind: "refused", fault: expect.stringContaining("TAPLINE_PUSH_SERVICES") });
  // Who may subscribe may not ask by it which addresses our names have.
  expect(JSON.stringify(outcome)).not.toContain("127.0.0.1");
  expect(service.posted).toEqual([]);
});

test("a push service that answers nothing is let alone after three attempts, and asked again later", async () => {
  await subscribe();
  service.answer = (response) => response.destroy();
  const one = sender();
  for (let i = 0; i < 3; i++)
    expect(await one.send(channel, "one", notice, null)).toMatchObject({
      fault: expect.stringContaining("no connection"),
    });
  expect(await one.send(channel, "one", notice, null)).toMatchObject({
    ...{ kind: "failed", fault: expect.stringContaining("asked again in 30 s"), retryAfterMs: 30_000 },
  });
  expect(service.posted).toHaveLength(3);
  expect(kept.size).toBe(1);
});

test("without a key there is nothing to tell browsers, and sending says what is missing", async () => {
  await subscribe();
  await rm(join(folder, "web-push-key"));
  expect(await key.publicKey()).toBeNull();
  await expect(sender().send(channel, "one", notice, null)).rejects.toThrow("web-push-key");
});
