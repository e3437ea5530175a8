import { connectRedis, creditKeys, telemetryKeys } from "@tapline/adapters/redis";
import { problemSchema, sha256 } from "@tapline/core/kernel";
import { telemetryDeltaSchema } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { archivedTaps, connectAs, deliver, gather, type Submitted, submit } from "./agent.fixture.ts";
import { openStream } from "./ingress/stream/stream.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { openQuarantine } from "./wire/commands/quarantine.ts";
import type { Running } from "./wire/start-worker.ts";

const perDay = 50;
const dayMs = 24 * 3_600_000;
let path: TestPath;
let worker: Running;
let redis: Redis;

beforeAll(async () => {
  path = await setUpPath();
  worker = await path.start({ TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: String(perDay) });
  redis = connectRedis(path.redis.url, () => undefined);
});
afterAll(async () => {
  redis.disconnect();
  await worker.stop(2_000);
  await path.end();
});

const noTaps = (from: number, count: number, bytes = 9): Submitted[] =>
  Array.from({ length: count }, (_, i) => submit(from + i, Buffer.alloc(bytes, from + i)));
const quarantined = (agent: string) => path.prisma.quarantinedTap.count({ where: { agent } });
const entries = (agent: string) =>
  path.prisma.auditEntry.findMany({ where: { action: "agent.quota-spent", subject: `agent/${agent}` } });

/** The count of `agent.quota_spent` over all that was reported. */
async function countedSpent(): Promise<number> {
  const rows = await redis.xrange(telemetryKeys.deltas, "-", "+");
  const deltas = rows.map(([, [, json = ""]]) => telemetryDeltaSchema.parse(JSON.parse(json)));
  return deltas.reduce((sum, { counters }) => sum + (counters["agent.quota_spent"] ?? 0), 0);
}

test("an agent whose refused taps go beyond what the quota leaves for the hour is let in no further; what was taken has its end, and others go on", async () => {
  const [hostile, other] = [
    connectAs(path, "gate-1", worker.ingestPort!),
    connectAs(path, "gate-2", worker.ingestPort!),
  ];
  const good = path.trackers.map((tracker, i) => submit(1_000 + i, rawTap(tracker, 1)));
  const first = [...noTaps(1, perDay - 1), ...good];
  const { verdicts } = await deliver(hostile, 1, first);
  expect(good.map(({ seq }) => verdicts.get(seq)?.verdict)).toEqual(good.map(() => "archived"));
  expect(await entries("gate-1")).toEqual([]);

  const bound = new Set(await redis.keys(creditKeys.refused("*")));
  expect(bound).toEqual(new Set([creditKeys.refused("gate-1")]));
  const last = await deliver(hostile, 1, noTaps(perDay, 10));
  const over = Array.from({ length: 10 }, (_, i) => last.verdicts.get(perDay + i)?.verdict);
  expect(new Set(over)).toEqual(new Set(["rejected"]));
  expect(await entries("gate-1")).toHaveLength(1);
  expect(await countedSpent()).toBe(1);

  // As the agent that floods: all that comes free in the course of the day is used up, too.
  await redis.incrby(creditKeys.refused("gate-1"), 2 * perDay);
  // What it was granted ahead it may still use.
  const taken: Submitted[] = [];
  const refused = await until("the door takes no more", async () => {
    const taps = noTaps(2_000 + taken.length, 20);
    const answer = await hostile.post({ epoch: 1, taps });
    if (answer.status === 202) taken.push(...taps);
    return answer.status === 429 && answer;
  });
  expect(problemSchema.parse(refused.body)).toMatchObject({
    type: "urn:tapline:problem:overloaded",
    detail: expect.stringContaining(
      "agent gate-1 has brought as many refused taps and duplicates today as it may",
    ),
  });
  const retryAfterMs = Number(refused.headers["retry-after"]) * 1_000;
  const leftMs = await redis.pttl(creditKeys.refused("gate-1"));
  expect(Math.abs(retryAfterMs - leftMs)).toBeLessThan(60_000);
  expect(leftMs).toBeLessThanOrEqual(dayMs);
  await gather(hostile, 1, taken);
  const before = await quarantined("gate-1");
  expect(before).toBe(perDay + 9 + taken.length);
  expect(
    (await hostile.post({ epoch: 1, taps: [submit(9_999, rawTap(path.trackers[0]!, 99))] })).status,
  ).toBe(429);

  // Receipts are not withheld, and nobody else waits.
  expect((await hostile.receipts("0")).receipts.length).toBeGreaterThan(0);
  const theirs = [submit(1, rawTap(path.trackers[0]!, 2)), ...noTaps(2, 5)];
  expect((await deliver(other, 1, theirs)).verdicts.get(1)?.verdict).toBe("archived");
  expect(await quarantined("gate-1")).toBe(before);
  expect(await entries("gate-1")).toHaveLength(1);
  expect(await archivedTaps(path)).toHaveLength(good.length + 1);
  await Promise.all([hostile.close(), other.close()]);
}, 60_000);

test("a stream of such an agent stays open without credits, and gets some once the day is over", async () => {
  await redis.set(creditKeys.refused("gate-1"), 9 * perDay, "PX", 1_500);
  const pem = (name: string): string => path.files[name]?.pem ?? "";
  const keys = { cert: pem("agent-gate-1.crt"), key: pem("agent-gate-1.key") };
  const other = await path.start({ ROLE: "ingest", TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: String(perDay) });
  const stream = openStream(other.streamPort!, { ca: pem("root.crt"), ...keys });
  stream.hello();
  await stream.wait("credits");
  // As at midnight: the count has ended with its day.
  expect(await redis.exists(creditKeys.refused("gate-1"))).toBe(0);
  expect(stream.isOpen()).toBe(true);
  stream.close();
  await other.stop(2_000);
}, 60_000);

test("large refused taps count for as many as they have KiB", async () => {
  const client = connectAs(path, "gate-2", worker.ingestPort!);
  await redis.del(creditKeys.refused("gate-2"));
  await deliver(client, 1, noTaps(100, 2, 20 * 1_024));
  expect(await redis.get(creditKeys.refused("gate-2"))).toBe("40");
  expect(await entries("gate-2")).toEqual([]);
  await deliver(client, 1, noTaps(102, 1, 20 * 1_024));
  expect(await entries("gate-2")).toHaveLength(1);
  await client.close();
}, 60_000);

test("genuine taps that are sent round and round under new numbers spend the quota by the rows that they cost; sent again under their own they count one for the entry of their segment", async () => {
  const client = connectAs(path, "gate-2", worker.ingestPort!);
  await redis.del(creditKeys.refused("gate-2"));
  const rows = () => path.prisma.duplicateRun.count({ where: { agent: "gate-2" } });
  const before = [await rows(), (await entries("gate-2")).length] as const;
  // Each in a segment of its own.
  const genuine = Array.from({ length: 11 }, (_, i) => rawTap(path.trackers[i % 3]!, 300 + i));
  const own = genuine.map((raw, i) => submit(1 + i, raw));
  for (const tap of own)
    expect((await deliver(client, 21, [tap])).verdicts.get(tap.seq)?.verdict).toBe("archived");
  // As after a crash, before any receipt: all that the agent holds, at once.
  await client.post({ epoch: 21, taps: own });
  const again = new Map<number, number>();
  let after = "0";
  await until("all have their receipts again", async () => {
    const { receipts, next } = await client.receipts(after, 500);
    after = next;
    for (const { epoch, verdicts } of receipts)
      for (const { seq } of epoch === 21 ? verdicts : []) again.set(seq, (again.get(seq) ?? 0) + 1);
    return own.every(({ seq }) => again.get(seq) === 2);
  });
  expect(await redis.get(creditKeys.refused("gate-2"))).toBe("1");
  await redis.del(creditKeys.refused("gate-2"));

  // Without holes in their numbers, as the gap ledger wants them. Each round costs 11 rows, of which 10 count.
  const round = (n: number) => genuine.map((raw, i) => submit(1 + n * genuine.length + i, raw));
  for (let n = 0; n < perDay / 10; n++) {
    const { verdicts } = await deliver(client, 22, round(n));
    expect(new Set([...verdicts.values()].map(({ verdict }) => verdict))).toEqual(new Set(["duplicate"]));
  }
  expect(await redis.get(creditKeys.refused("gate-2"))).toBe(String(perDay));
  expect([await rows(), (await entries("gate-2")).length]).toEqual([
    before[0] + (perDay / 10) * genuine.length,
    before[1] + 1,
  ]);
  await redis.incrby(creditKeys.refused("gate-2"), 2 * perDay);
  await until(
    "the door takes no more",
    async () => (await client.post({ epoch: 23, taps: round(0) })).status === 429,
  );
  await client.close();
}, 60_000);

test("who spends the quota at a reader by large records holds up no good tap; of theirs the digest is kept, of usual ones all", async () => {
  const client = connectAs(path, "gate-1", worker.ingestPort!);
  await redis.del(creditKeys.refused("gate-1"));
  const large = 32 * 1_024;
  await deliver(client, 31, noTaps(1, 2, large));
  expect(await redis.get(creditKeys.refused("gate-1"))).toBe(String(perDay));
  const good = submit(10, rawTap(path.trackers[1]!, 400));
  const { verdicts } = await deliver(client, 31, [...noTaps(11, 1, large), ...noTaps(12, 1), good]);
  expect([10, 11, 12].map((seq) => verdicts.get(seq)?.verdict)).toEqual(["archived", "rejected", "rejected"]);
  expect(await redis.get(creditKeys.refused("gate-1"))).toBe(String(perDay + 2));
  const kept = await path.prisma.quarantinedTap.findMany({
    where: { agent: "gate-1", epoch: 31 },
    orderBy: { seq: "asc" },
  });
  const sealing = 28;
  expect(kept.map(({ seq, sealedPayload }) => [Number(seq), sealedPayload.length])).toEqual([
    ...[1, 2].map((seq) => [seq, large + sealing]),
    [11, 0],
    [12, 9 + sealing],
  ]);
  expect(kept[2]?.digest).toEqual(Uint8Array.from(sha256(Buffer.alloc(large, 11))));
  const quarantine = openQuarantine(path.environment.DATABASE_URL, []);
  expect(() => quarantine.open(kept[2]!.sealedPayload)).toThrow("the digest alone was kept");
  expect(await quarantine.preview({ agent: "gate-1" })).toMatchObject({ unkept: 1 });
  await Promise.all([quarantine.close(), client.close()]);
}, 60_000);
