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

test("a delivery to several becomes one for each, once; each waits, fails and is tried by itself", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken === null) throw new Error("nothing to take");
  const browsers = ["a", "b", "c"].map((one) => ({ id: one, service: one === "c" ? "other" : "slow" }));
  await told.deliveries.part(taken, browsers);
  await told.deliveries.part(taken, browsers);
  const parts = await told.deliveries.list({ state: "waiting" }, 10);
  expect(parts.map(({ recipient }) => recipient).toSorted()).toEqual(["a", "b", "c"]);
  expect(await told.deliveries.find(id)).toMatchObject({ state: "sent", recipient: "" });
  expect(await told.deliveries.ask()).toEqual([]);
  expect((await told.deliveries.ask("browsers")).toSorted()).toEqual(parts.map((part) => part.id).toSorted());
  const [part] = parts;
  const tried = await told.deliveries.take(part?.id ?? "");
  if (tried === null) throw new Error("nothing to take");
  await told.deliveries.settle(tried, { kind: "failed", fault: "no connection", retryAfterMs: null });
  expect(await told.deliveries.find(tried.id)).toMatchObject({ state: "waiting", fault: "no connection" });
});

test("of one push service 8 are under way at a time, whatever else the channel has to tell", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken === null) throw new Error("nothing to take");
  const slow = Array.from({ length: 20 }, (_, i) => ({ id: `slow-${i}`, service: "slow.example" }));
  await told.deliveries.part(taken, [...slow, { id: "quick", service: "quick.example" }]);
  const asked = await told.deliveries.ask("browsers");
  const recipients = await Promise.all(
    asked.map(async (one) => (await told.deliveries.find(one)).recipient.split("-")[0] ?? ""),
  );
  expect(recipients.toSorted()).toEqual(["quick", ...Array.from({ length: 8 }, () => "slow")]);
  expect(await told.deliveries.ask("browsers")).toEqual([]);
});

test("of all push services 16 deliveries are under way at a time, in turn, what failed before behind what did not, and webhooks wait for none", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken === null) throw new Error("nothing to take");
  const browsers = Array.from({ length: 30 }, (_, i) => ({ id: `b-${i}`, service: `s-${i}.example` }));
  await told.deliveries.part(taken, browsers);
  const first = await told.deliveries.ask("browsers");
  expect(first).toHaveLength(16);
  expect(await told.deliveries.ask("browsers")).toEqual([]);
  const webhook = await told.deliveries.test("first", ada);
  expect(await told.deliveries.ask()).toEqual([webhook]);
  for (const one of first) {
    const tried = await told.deliveries.take(one);
    if (tried !== null) await told.deliveries.settle(tried, failed);
  }
  told.passMs(60_000);
  const second = await told.deliveries.ask("browsers");
  expect(second).toHaveLength(16);
  expect(second.filter((one) => first.includes(one))).toHaveLength(2);
});

test("a call that somebody ended meanwhile is parted among nobody", async () => {
  const alert = await told.raise();
  await told.dispatch.round();
  const taken = await told.deliveries.take((await told.deliveries.ask())[0] ?? "");
  if (taken === null) throw new Error("nothing to take");
  await told.act(alert, acknowledge);
  await told.dispatch.round();
  await told.deliveries.part(taken, [{ id: "a", service: "" }]);
  expect((await told.deliveries.list({}, 100)).filter(({ recipient }) => recipient !== "")).toEqual([]);
  expect(await told.deliveries.find(taken.id)).toMatchObject({ state: "moot" });
});

test("who waits for a test of several hears of the one that it did not come to", async () => {
  const id = await told.deliveries.test("desk", ada);
  const taken = await told.deliveries.take(id);
  if (taken === null) throw new Error("nothing to take");
  await told.deliveries.part(
    taken,
    ["a", "b"].map((one) => ({ id: one, service: "" })),
  );
  const settle = async (recipient: string, outcome: Parameters<typeof told.deliveries.settle>[1]) => {
    const part = (await told.deliveries.list({}, 10)).find((one) => one.recipient === recipient);
    const tried = await told.deliveries.take(part?.id ?? "");
    if (tried !== null) await told.deliveries.settle(tried, outcome);
  };
  await settle("a", { kind: "sent" });
  // Nobody has tried the other one.
  expect(await told.deliveries.tried(id, 0)).toMatchObject({ state: "waiting", fault: "" });
  await settle("b", { kind: "refused", fault: "this browser is gone" });
  expect(await told.deliveries.tried(id, 60_000)).toMatchObject({
    ...{ id, recipient: "", state: "failed" },
    fault: "1 of 2 browsers could not be told: this browser is gone",
  });
});
