import { randomBytes } from "node:crypto";
import { type Alert, linkToken, openAlert } from "@tapline/core/alerts";
import { uuidV7 } from "@tapline/core/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestConsole, type TestConsole } from "../test-console.fixture.ts";

const key = "a secret of at least 32 characters";
let running: TestConsole;

beforeAll(async () => {
  running = await startTestConsole({ alertLinkKey: key });
});
afterAll(() => running.stop());

async function raise(): Promise<Alert> {
  const now = Date.now();
  const { alert } = openAlert(
    uuidV7(now, randomBytes),
    {
      ...{
        ruleId: "agents-offline",
        release: "ab".repeat(32),
        scope: { site: randomBytes(4).toString("hex") },
      },
      ...({ severity: "critical", message: "<b>2</b> agents are offline", value: 2, limit: 0 } as const),
      ...{ unit: "agents", breachedAtEpochMs: now, group: null, firstOut: false, suppressedBy: null },
    },
    { atEpochMs: now, actor: { kind: "job", id: "alerts" } },
  );
  const { id, rev, ruleId, scopeKey, severity, state } = alert;
  await running.prisma.alert.create({ data: { id, rev, ruleId, scopeKey, severity, state, body: alert } });
  return alert;
}

const tokenOf = ({ id, rev }: Alert, endsAtEpochMs = Date.now() + 60_000) =>
  linkToken(Buffer.from(key), { alertId: id, rev, channel: "ada-mail", endsAtEpochMs });

async function ask(token: string, method = "GET", headers: Record<string, string> = {}) {
  const response = await fetch(`${running.console.origin}/acknowledge/${token}`, { method, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test("the page asks calmly: what, how it stands, and since when, to the minute and with its zone", async () => {
  const alert = await raise();
  const { text } = await ask(tokenOf(alert));
  expect(text).toContain("◆ Critical · &#60;b&#62;2");
  expect(text).toContain("<dd>active, not acknowledged</dd>");
  expect(text).toMatch(/<time datetime="[^"]+">\w{3} \d+ \w{3,4}, \d\d:\d\d UTC<\/time>/);
  expect(text).not.toMatch(/border-left|#a4161a/);
});

const stateOf = async ({ id }: Alert) =>
  (await running.prisma.alert.findUniqueOrThrow({ where: { id } })).state;

test("opening a link asks, and changes nothing, however often; answering acknowledges, once", async () => {
  const alert = await raise();
  const token = tokenOf(alert);
  for (const method of ["GET", "HEAD", "GET"]) expect((await ask(token, method)).status).toBe(200);
  expect((await ask(token)).text).toContain('<form method="post">');
  expect(await stateOf(alert)).toBe("active-unacknowledged");
  expect(await ask(token, "POST")).toMatchObject({
    status: 200,
    text: expect.stringContaining("Acknowledged"),
  });
  expect(await stateOf(alert)).toBe("acknowledged");
  expect(await ask(token, "POST")).toMatchObject({ status: 409, text: expect.stringContaining("ada-mail") });
  expect((await ask(token)).text).not.toContain("<form");
  const entries = await running.prisma.auditEntry.findMany({ where: { subject: `alert/${alert.id}` } });
  expect(entries.map(({ action, actorKind, actorId }) => [action, actorKind, actorId])).toEqual([
    ["alert.acknowledged", "operator", "link/ada-mail"],
  ]);
});

test("of two who answer at once one acknowledges", async () => {
  const token = tokenOf(await raise());
  const answers = await Promise.all([ask(token, "POST"), ask(token, "POST")]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
});

test("a link that is forged, cut or old acknowledges nothing, and says what to do", async () => {
  const alert = await raise();
  const token = tokenOf(alert);
  const forged = linkToken(randomBytes(32), {
    ...{ alertId: alert.id, rev: alert.rev, channel: "ada-mail", endsAtEpochMs: Date.now() + 60_000 },
  });
  for (const wrong of [forged, token.slice(0, -1), ""]) expect((await ask(wrong, "POST")).status).toBe(403);
  const old = await ask(tokenOf(alert, Date.now()), "POST");
  expect([old.status, old.text.includes("acknowledge in the console")]).toEqual([409, true]);
  expect((await ask(token, "POST", { origin: "https://elsewhere.example" })).status).toBe(403);
  expect((await ask(token, "DELETE")).status).toBe(405);
  expect(await stateOf(alert)).toBe("active-unacknowledged");
});

test("the page runs nothing but what shows times, stays nowhere, and what rules say is text in it", async () => {
  const { text, headers } = await ask(tokenOf(await raise()));
  expect(text).toContain("&#60;b&#62;2");
  const scripts = text.match(/<script[^>]*>/g) ?? [];
  expect(scripts).toEqual([expect.stringMatching(/^<script nonce="[\w+/=]{24}">$/)]);
  expect(headers.get("content-security-policy")).toContain(scripts[0]?.slice(15, -2));
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  expect(headers.get("content-security-policy")).toContain("form-action 'self'");
});
