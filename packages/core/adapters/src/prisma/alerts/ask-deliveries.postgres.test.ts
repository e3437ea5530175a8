import { afterEach, beforeEach, expect, test } from "vitest";
import { askDeliveriesSql } from "./alert-deliveries.ts";
import { ada, openTold, type Told } from "./told-alerts.fixture.ts";

let told: Told;

beforeEach(async () => {
  told = await openTold();
});
afterEach(() => told.close());

const failed = { kind: "failed", fault: "the receiver answered 500", retryAfterMs: null } as const;

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
