import { afterEach, beforeEach, expect, test } from "vitest";
import { askAgainMs, askDeliveriesSql } from "./alert-deliveries.ts";
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

/** Tells browsers of all that is due, as the role does. @returns what each of them was told in turn */
async function tellBrowsers(to: readonly string[]): Promise<string[]> {
  const before = new Set((await told.deliveries.list({}, 10_000)).map(({ id }) => id));
  for (let ids = await told.deliveries.ask(); ids.length > 0; ids = await told.deliveries.ask())
    for (const id of ids) {
      const taken = await told.deliveries.take(id);
      if (taken?.channel === "desk")
        await told.deliveries.part(
          taken,
          to.map((one) => ({ id: one, service: "push.example" })),
        );
      else if (taken !== null) await told.deliveries.settle(taken, { kind: "sent" });
    }
  const parts = (await told.deliveries.list({}, 10_000)).filter(
    ({ id, recipient }) => !before.has(id) && recipient === to[0],
  );
  return parts.toReversed().map(({ notice }) => `${notice.kind} ${notice.severity} ${notice.message}`);
}

test("of a flood a browser hears six times a minute, the sixth of them standing for all that wait, as urgent as they are; a test waits for nobody", async () => {
  for (let i = 0; i < 40; i++) await told.raise(`site-${i}`);
  while ((await told.dispatch.round()).more);
  const browsers = Array.from({ length: 3 }, (_, i) => `browser-${i}`);
  const call = "call critical 2 agents are offline";
  expect(await tellBrowsers(browsers)).toEqual([
    ...Array.from({ length: 5 }, () => call),
    "more critical 35 more alerts, 35 of them critical",
  ]);
  const log = await told.deliveries.list({ channel: "desk" }, 1_000);
  expect(log.filter(({ fault }) => fault === "told together with others")).toHaveLength(35);
  expect(log.filter(({ recipient }) => recipient !== "")).toHaveLength(6 * browsers.length);
  for (let i = 0; i < 9; i++) await told.raise(`later-${i}`);
  await told.dispatch.round();
  expect(await tellBrowsers(browsers)).toEqual([]);
  await told.deliveries.test("desk", ada);
  expect(await tellBrowsers(browsers)).toEqual(["test info This is a test of the channel desk"]);
  told.passMs(59_000);
  expect(await tellBrowsers(browsers)).toEqual([]);
  told.passMs(1_000);
  expect((await tellBrowsers(browsers)).map((one) => one.split(" ")[0])).toEqual([
    ...["call", "call", "call", "call", "call", "more"],
  ]);
  expect(
    (await told.deliveries.list({ channel: "desk", state: "waiting" }, 100)).every(
      ({ recipient }) => recipient !== "",
    ),
  ).toBe(true);
});

/** How many rows a plan read of deliveries, in all its steps, and by which kinds of them. */
function readsOf(plan: PlanNode): { rows: number; kinds: string[] } {
  const below = (plan.Plans ?? []).map(readsOf);
  const isOfDeliveries = plan["Relation Name"] === "alert_delivery" && plan["Node Type"] !== "ModifyTable";
  const own = isOfDeliveries
    ? (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"]
    : 0;
  return {
    rows: below.reduce((sum, { rows }) => sum + rows, own),
    kinds: [
      ...new Set([...(isOfDeliveries ? [plan["Node Type"]] : []), ...below.flatMap(({ kinds }) => kinds)]),
    ],
  };
}

type PlanNode = {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly PlanNode[];
};

test("of 20,000 alerts that wait to be told no more is read than is handed out", async () => {
  await told.prisma.$executeRaw`
    INSERT INTO alert_delivery (id, alert_id, kind, channel, recipient, service, state, notice, raised_at, due_at)
    SELECT 'd' || alert || '-' || browser, gen_random_uuid(), 'call', 'browsers', browser::text,
      'push-' || browser || '.example', 'waiting', '{}', now(), '2026-11-30T08:00:00Z'
    FROM generate_series(1, 20000) AS alert, generate_series(1, 3) AS browser`;
  const read = async () => {
    const [row] = await told.prisma.$queryRawUnsafe<{ "QUERY PLAN": [{ Plan: PlanNode }] }[]>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${askDeliveriesSql}`,
      ...[new Date(told.clock()), 8, new Date(told.clock() + 30_000), true, 16],
    );
    if (row === undefined) throw new Error("there is no plan");
    return readsOf(row["QUERY PLAN"][0].Plan);
  };
  // A flood is there before PostgreSQL has statistics of it.
  const before = await read();
  await told.prisma.$executeRaw`ANALYZE alert_delivery`;
  told.passMs(60_000);
  for (const { rows, kinds } of [before, await read()]) {
    expect(kinds).not.toContain("Seq Scan");
    expect(rows).toBeLessThan(500);
  }
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
