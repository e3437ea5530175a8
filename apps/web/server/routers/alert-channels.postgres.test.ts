import { AuditEntries } from "@tapline/adapters/prisma";
import { AlertChannelsDesk, AlertDeliveries } from "@tapline/adapters/prisma/alerts";
import type { DeliveryOutcome } from "@tapline/core/alerts";
import { parseAlertChannels } from "@tapline/core/alerts";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { DeliveryPage, DeliveryView, MaintenanceView } from "../../contracts/alert-channels.ts";
import { adminSignIn, setRole, signIn, startTestConsole, type TestConsole } from "../test-console.fixture.ts";

let running: TestConsole;
let cookie: string;
let deliveries: AlertDeliveries;

beforeAll(async () => {
  running = await startTestConsole();
  await running.console.ensureFirstAdmin(adminSignIn);
  ({ cookie } = await signIn(running.console.origin));
  await setRole(running.prisma, adminSignIn.email, "operator");
  deliveries = new AlertDeliveries(running.prisma, Date.now);
});
afterAll(() => running.stop());

async function call<Data>(procedure: string, input: unknown): Promise<{ status: number; data: Data }> {
  const { origin } = running.console;
  const isQuery = /\.(list|deliveries)$/.test(procedure);
  const query = isQuery ? `?input=${encodeURIComponent(JSON.stringify(input))}` : "";
  const response = await fetch(`${origin}/api/trpc/${procedure}${query}`, {
    headers: { cookie, origin, "content-type": "application/json" },
    ...(isQuery ? {} : { method: "POST", body: JSON.stringify(input) }),
  });
  const body = (await response.json()) as { result?: { data?: Data } };
  return { status: response.status, data: body.result?.data as Data };
}

/** What the role alerts does: takes what waits, and settles it so. */
async function settleNext(outcome: DeliveryOutcome): Promise<void> {
  await vi.waitFor(
    async () => {
      const [id] = await deliveries.ask();
      const taken = id === undefined ? null : await deliveries.take(id);
      if (taken === null) throw new Error("nothing waits");
      await deliveries.settle(taken, outcome);
    },
    { timeout: 30_000, interval: 50 },
  );
}

async function testBy(name: string, outcome: DeliveryOutcome): Promise<DeliveryView> {
  const asked = call<DeliveryView>("alertChannels.test", { name, reason: "is it there?" });
  await settleNext(outcome);
  const { status, data } = await asked;
  expect(status).toBe(200);
  return data;
}

/** What stands in the audit log, the oldest first. */
const audited = async (action: string) =>
  (await new AuditEntries(running.prisma).page({ action }, 20)).entries.toReversed();

test("before the first release there are no channels, and none can be tried", async () => {
  expect((await call("alertChannels.list", undefined)).data).toEqual({
    ...{ version: 0, channels: [], schedules: [], policies: [] },
  });
  expect(await call("alertChannels.test", { name: "room", reason: "why not" })).toMatchObject({
    status: 404,
  });
});

test("channels are told with how they fare, and without secrets or addresses", async () => {
  const document = parseAlertChannels({
    format: "tapline-alert-channels/1",
    mail: { host: "127.0.0.1", security: "none", from: "tapline@example.org" },
    channels: [
      { kind: "email", name: "ada-mail", to: ["ada@example.org"] },
      { kind: "webhook", name: "room", url: { secret: "room-url" }, shape: "slack", tells: ["call"] },
      { kind: "webhook", name: "desk", url: "https://desk.example/a/path", key: { secret: "desk-key" } },
    ],
    policies: [{ name: "on-call", steps: [{ afterMinutes: 0, tell: ["room"] }] }],
  });
  const act = { actor: { kind: "operator", id: "test" }, reason: "a test" } as const;
  await new AlertChannelsDesk(running.prisma, Date.now).release(document, act);
  const sent = await testBy("room", { kind: "sent" });
  expect(sent).toMatchObject({ ...{ channel: "room", kind: "test", state: "sent", attempts: 1, fault: "" } });
  expect(sent.tookMs).toBeGreaterThanOrEqual(0);
  const refused = await testBy("desk", { kind: "refused", fault: "the receiver answered 410" });
  expect(refused).toMatchObject({ state: "failed", fault: "the receiver answered 410" });
  const late = await testBy("ada-mail", { kind: "failed", fault: "no answer", retryAfterMs: null });
  expect(late).toMatchObject({ state: "waiting", fault: "no answer", endedAtEpochMs: null, tookMs: null });
  const { data } = await call("alertChannels.list", undefined);
  expect(data).toMatchObject({
    ...{ version: 1, schedules: [], policies: ["on-call"] },
    channels: [
      { name: "ada-mail", way: "e-mail to one address", waiting: 1, held: 0, last: null },
      { name: "room", way: "Slack at a secret address", tells: ["call"], waiting: 0, last: { id: sent.id } },
      { name: "desk", way: "webhook at desk.example", last: { id: refused.id, state: "failed" } },
    ],
  });
  expect(JSON.stringify(data)).not.toMatch(/example\.org|room-url|desk-key|path/);
  const entries = await audited("alert-channel.tested");
  expect(entries.map(({ subject, reason }) => [subject, reason])).toEqual(
    ["room", "desk", "ada-mail"].map((name) => [`alert-channel/${name}`, "is it there?"]),
  );
  const { id, name } = await running.prisma.user.findFirstOrThrow();
  expect(new Set(entries.map(({ actor }) => actor.id))).toEqual(new Set([id]));
  expect(sent.by).toBe(name);
});

test("the delivery log comes page by page, narrowed by channel, state and alert", async () => {
  const log = async (input: object) =>
    (await call<DeliveryPage>("alertChannels.deliveries", input)).data as DeliveryPage;
  const names = ({ deliveries: found }: DeliveryPage) => found.map(({ channel }) => channel);
  const first = await log({ limit: 2 });
  expect(names(first)).toEqual(["ada-mail", "desk"]);
  const second = await log({ limit: 2, cursor: first.next });
  expect([names(second), second.next]).toEqual([["room"], null]);
  expect(names(await log({ state: "failed" }))).toEqual(["desk"]);
  expect(names(await log({ channel: "ada-mail" }))).toEqual(["ada-mail"]);
  expect(names(await log({ alertId: second.deliveries[0]?.alertId }))).toEqual(["room"]);
  expect(await log({ cursor: "long forgotten" })).toEqual({ deliveries: [], next: null });
});

test("maintenance begins, is told by whom and why, and ends before its time", async () => {
  const endsAtEpochMs = Date.now() + 3_600_000;
  const wanted = { sites: ["north"], endsAtEpochMs, reason: "new readers" };
  expect((await call("alertMaintenance.start", wanted)).status).toBe(400);
  await running.prisma.agent.create({ data: { id: "gate-north", site: "north" } });
  const started = await call<MaintenanceView>("alertMaintenance.start", wanted);
  const { name } = await running.prisma.user.findFirstOrThrow();
  const window = { sites: ["north"], rules: [], endsAtEpochMs, reason: "new readers", startedBy: name };
  expect(started).toMatchObject({ status: 200, data: { ...window, endedAtEpochMs: null } });
  expect((await call("alertMaintenance.list", {})).data).toMatchObject([window]);
  const end = { id: started.data.id, reason: "done" };
  expect((await call("alertMaintenance.end", end)).status).toBe(200);
  expect((await call("alertMaintenance.end", end)).status).toBe(409);
  expect((await call("alertMaintenance.list", {})).data).toEqual([]);
  expect((await call("alertMaintenance.list", { which: "all" })).data).toMatchObject([{ endedBy: name }]);
  expect(await call("alertMaintenance.start", { ...wanted, endsAtEpochMs: Date.now() - 1 })).toMatchObject({
    status: 400,
  });
  expect((await audited("alert-maintenance.started")).map(({ reason }) => reason)).toEqual(["new readers"]);
  expect((await audited("alert-maintenance.ended")).map(({ reason }) => reason)).toEqual(["done"]);
});

test("who may only look sees all of it, and neither tries nor holds back anything", async () => {
  await setRole(running.prisma, adminSignIn.email, "viewer");
  expect((await call("alertChannels.list", undefined)).status).toBe(200);
  expect((await call("alertMaintenance.list", {})).status).toBe(200);
  expect((await call("alertChannels.test", { name: "room", reason: "x" })).status).toBe(403);
  const endsAtEpochMs = Date.now() + 3_600_000;
  expect((await call("alertMaintenance.start", { endsAtEpochMs, reason: "x" })).status).toBe(403);
  const refused = await audited("act.refused");
  expect(refused.map(({ subject }) => subject)).toEqual([
    ...["verb/alertChannels.test", "verb/alertMaintenance.start"],
  ]);
});
