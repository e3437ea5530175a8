import { connectRedis, TelemetryStream } from "@tapline/adapters/redis";
import { KpiBoard, type KpiSpan, SpanCollector, scopeKey } from "@tapline/core/kpi";
import type { CounterName, TelemetryDelta } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archivedTaps, connectAs, deliver, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let worker: Running;
let redis: Redis;

beforeAll(async () => {
  path = await setUpPath();
  worker = await path.start();
  redis = connectRedis(path.redis.url, () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await worker.stop(2_000);
  await path.end();
});

/** Good taps, one of them read twice, by two agents with two readers each, and what nobody can take. */
async function tapAway(): Promise<void> {
  const [one, two, three] = path.trackers;
  const at = (reader: string, seq: number, raw: Buffer) => ({ ...submit(seq, raw), reader });
  const forged = Buffer.from(rawTap(one!, 90));
  forged[forged.length - 1]! ^= 1;
  const clients = ["gate-1", "gate-2"].map((agent) => connectAs(path, agent, worker.ingestPort!));
  const [first, second] = clients;
  const twice = rawTap(one!, 5);
  await deliver(first!, 1, [
    ...[1, 2, 3, 4].map((seq) => at("front", seq, rawTap(one!, seq))),
    ...[at("back", 5, twice), at("back", 6, twice), at("back", 7, Buffer.from("not a tag at all"))],
    at("front", 8, forged),
  ]);
  await deliver(second!, 1, [
    ...[1, 2, 3].map((seq) => at("front", seq, rawTap(two!, seq))),
    ...[at("front", 4, twice), at("side", 5, rawTap(three!, 1)), at("side", 6, rawTap(three!, 2, {}, true))],
  ]);
  await Promise.all(clients.map((client) => client.close()));
}

type Figures = Record<string, number>;

/** How many there are of each. */
function tally(keys: readonly string[]): Figures {
  const counted: Figures = {};
  for (const key of keys) counted[key] = (counted[key] ?? 0) + 1;
  return counted;
}

const told = (
  spans: readonly KpiSpan[],
  kind: "agent" | "reader" | "reason",
  counter: keyof KpiSpan["counts"],
) =>
  Object.fromEntries(
    spans.flatMap(({ scope, counts }): [string, number][] => {
      const { agent, reader, reason } = scope;
      const count = counts[counter];
      if (count === undefined || (kind === "agent" && reader !== undefined)) return [];
      const key = { agent, reader: reader && `${agent} ${reader}`, reason }[kind];
      return key === undefined ? [] : [[key, count]];
    }),
  );

const sumOver = (deltas: readonly TelemetryDelta[]) => (name: CounterName) =>
  deltas.reduce((sum, { counters }) => sum + (counters[name] ?? 0), 0);

test("KPIs by agent, reader and reason are what a recount of the decrypted archive and the quarantine gives", async () => {
  await tapAway();
  const deltas = await until("all ends are reported", async () => {
    const { reported: read } = await new TelemetryStream(redis).read("0");
    const sum = sumOver(read.map(({ delta }) => delta));
    const ended = sum("tap.archived") + sum("tap.duplicate") + sum("tap.rejected");
    return ended === 14 && sum("tap.ingested") === 14 && read;
  });
  const collector = new SpanCollector(() => "default");
  const board = new KpiBoard(deltas[0]?.atEpochMs ?? 0);
  for (const { delta, atEpochMs } of deltas) {
    collector.add(delta);
    board.add(delta, atEpochMs);
  }
  const spans = collector.take(0, 60_000, []);

  const archived = (await archivedTaps(path)) as unknown as { agent: string; reader: string }[];
  expect(archived).toHaveLength(9);
  expect(told(spans, "reader", "tap.archived")).toEqual(
    tally(archived.map(({ agent, reader }) => `${agent} ${reader}`)),
  );
  expect(told(spans, "agent", "tap.archived")).toEqual(tally(archived.map(({ agent }) => agent)));
  const refused = await path.prisma.quarantinedTap.findMany();
  expect(refused).toHaveLength(3);
  expect(told(spans, "reason", "tap.rejected")).toEqual(tally(refused.map(({ reason }) => reason)));
  expect(told(spans, "reader", "tap.rejected")).toEqual(
    tally(refused.map(({ agent, reader }) => `${agent} ${reader}`)),
  );
  // Of the three of one content one is archived; which one is a matter of segments.
  const duplicates = await path.prisma.duplicateRun.findMany();
  const numbers = duplicates.flatMap(({ agent, members }) =>
    [...members].flatMap((byte) =>
      byte
        .toString(2)
        .split("")
        .filter((bit) => bit === "1")
        .map(() => agent),
    ),
  );
  expect(numbers).toHaveLength(2);
  expect(told(spans, "agent", "tap.duplicate")).toEqual(tally(numbers));

  const last = new Map<string, number | null>();
  for (const { kpi, scope, value } of board.advance(deltas.at(-1)?.atEpochMs ?? 0))
    last.set(`${kpi} ${scopeKey(scope)}`, value);
  expect(last.get("taps.acceptance_ratio ")).toBeCloseTo(9 / 12, 12);
  expect(last.get("taps.duplicates_per_minute ")).toBe(2);
  // A door that is not open yet turns the first ones away.
  const sum = sumOver(deltas.map(({ delta }) => delta));
  const [away, late] = [sum("tap.turned_away"), sum("tap.taken_late")];
  expect(last.get("availability.ratio ")).toBeCloseTo((14 - late) / (14 + away), 12);
});
