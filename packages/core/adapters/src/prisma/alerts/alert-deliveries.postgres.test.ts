import { afterEach, beforeEach, expect, test } from "vitest";
import { askAgainMs } from "./alert-deliveries.ts";
import { acknowledge, ada, breachedBeforeMs, clear, openTold, type Told } from "./told-alerts.fixture.ts";

let told: Told;

beforeEach(async () => {
  told = await openTold();
});
afterEach(() => told.close());

const failed = { kind: "failed", fault: "the receiver answered 500", retryAfterMs: null } as const;

async function takeAll(): Promise<string[]> {
  const ids = await told.deliveries.ask();
  const taken = await Promise.all(ids.map((id) => told.deliveries.take(id)));
  return taken.map((one) => `${one?.channel} ${one?.notice.kind}`).toSorted();
}

async function sendAll(): Promise<void> {
  for (const id of await told.deliveries.ask()) {
    const taken = await told.deliveries.take(id);
    if (taken !== null) await told.deliveries.settle(taken, { kind: "sent" });
  }
}

test("what was handed out is not handed out again, unless it was lost on its way", async () => {
  await told.raise();
  await told.dispatch.round();
  const ids = await told.deliveries.ask();
  expect(ids).toHaveLength(2);
  expect(await told.deliveries.ask()).toEqual([]);
  told.passMs(askAgainMs);
  expect((await told.deliveries.ask()).toSorted()).toEqual(ids.toSorted());
});

test("an attempt that failed is made again later, one that succeeded never, and the log says how long it took since the raise, and when the breach began", async () => {
  await told.raise();
  await told.dispatch.round();
  const [one] = await told.deliveries.ask();
  const taken = await told.deliveries.take(one ?? "");
  if (taken === null) throw new Error("nothing was taken");
  expect(await told.deliveries.settle(taken, failed)).toBe(true);
  expect(await told.deliveries.ask()).toEqual([]);
  told.passMs(1_000);
  expect(await told.deliveries.ask()).toEqual([one]);
  const again = await told.deliveries.take(one ?? "");
  expect(again).toMatchObject({ attempts: 2, fault: failed.fault });
  if (again !== null) await told.deliveries.settle(again, { kind: "sent" });
  const sent = await told.deliveries.find(one ?? "");
  expect(sent).toMatchObject({ state: "sent", fault: "", tookMs: 1_000 });
  expect(sent.notice.raisedAtEpochMs - (sent.notice.breachedAtEpochMs ?? 0)).toBe(breachedBeforeMs);
  expect(await told.deliveries.take(one ?? "")).toBeNull();
  told.passMs(askAgainMs);
  expect(await told.deliveries.ask()).not.toContain(one);
});

test("that a breach is over took the time since it was, however long the breach stood", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  await sendAll();
  told.passMs(600_000);
  await told.on(alert, clear);
  await told.dispatch.round();
  told.passMs(2_000);
  await sendAll();
  const listed = await told.deliveries.list({}, 100);
  const took = listed.filter(({ notice }) => notice.kind === "over").map(({ tookMs }) => tookMs);
  expect(new Set(took)).toEqual(new Set([2_000]));
});

test("what is refused for good, or a day old, is given up, and the log says why", async () => {
  await told.raise();
  await told.dispatch.round();
  const [one = "", other = ""] = await told.deliveries.ask();
  const [taken, late] = [await told.deliveries.take(one), await told.deliveries.take(other)];
  if (taken === null || late === null) throw new Error("nothing was taken");
  await told.deliveries.settle(taken, { kind: "refused", fault: "gone" });
  told.passMs(24 * 3_600_000);
  expect(await told.deliveries.settle(late, failed)).toBe(false);
  expect((await told.deliveries.list({ state: "failed" }, 10)).map(({ fault }) => fault).toSorted()).toEqual(
    ["gone", failed.fault].toSorted(),
  );
});

test("a channel hears of an alert in order, and one that is slow holds up itself alone", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  await told.on(alert, clear);
  await told.dispatch.round();
  expect(await takeAll()).toEqual(["desk call", "first call"]);
  for (let i = 0; i < 20; i++) await told.raise(`site-${i}`);
  await told.dispatch.round();
  const taken = await takeAll();
  expect(taken.filter((one) => one.startsWith("desk"))).toHaveLength(7);
  expect(taken.filter((one) => one.startsWith("first"))).toHaveLength(7);
  expect(await takeAll()).toEqual([]);
});

test("a call that nobody need hear of any more is not sent", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  const [one = ""] = await told.deliveries.ask();
  await told.act(alert, acknowledge);
  await told.dispatch.round();
  expect(await told.deliveries.take(one)).toBeNull();
  expect((await told.log()).slice(0, 2)).toEqual(["call desk 0 moot", "call first 0 moot"]);
});

test("there is something to do when the next attempt, step or end of a window is due", async () => {
  expect(await told.deliveries.nextDue()).toBeNull();
  await told.raise();
  await told.dispatch.round();
  expect(await told.deliveries.nextDue()).toBe(told.clock());
  for (const id of await told.deliveries.ask()) {
    const taken = await told.deliveries.take(id);
    if (taken !== null) await told.deliveries.settle(taken, { kind: "sent" });
  }
  expect(await told.deliveries.nextDue()).toBe(told.clock() + 5 * 60_000);
});

test("a test is a delivery like others, is audited, and needs a channel of that name", async () => {
  const id = await told.deliveries.test("desk", ada);
  expect(await told.deliveries.ask()).toEqual([id]);
  expect(await told.deliveries.find(id)).toMatchObject({
    channel: "desk",
    notice: { kind: "test", by: "ada" },
  });
  await expect(told.deliveries.test("desks", ada)).rejects.toThrow("there is no channel desks");
  const entries = await told.prisma.auditEntry.findMany({ where: { subject: "alert-channel/desk" } });
  expect(entries.map(({ action }) => action)).toEqual(["alert-channel.tested"]);
});

test("the log is kept for 90 days", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken !== null) await told.deliveries.settle(taken, { kind: "sent" });
  told.passMs(90 * 24 * 3_600_000);
  await told.deliveries.forgetOld();
  expect(await told.deliveries.list({}, 10)).toHaveLength(1);
  told.passMs(1);
  await told.deliveries.forgetOld();
  expect(await told.deliveries.list({}, 10)).toEqual([]);
});
