import { join } from "node:path";
import { connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { applyMigrations } from "../../../tools/database/index.ts";
import { freePort } from "../../../tools/servers/index.ts";
import { cuttableWire, ownPostgres, sharedSshd, temporaryFolder } from "../../../tools/test-servers/index.ts";
import { archivedTaps, type Client, connectAs, gather, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let running: Running | undefined;
let client: Client | undefined;

beforeAll(async () => {
  path = await setUpPath();
});
afterEach(async () => {
  await client?.close();
  await running?.stop(2_000);
  await path.wipeRedis();
  running = undefined;
});
afterAll(() => path.end());

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i, {}, true)));

const seqsIn = async (rootDir: string): Promise<number[]> =>
  (await archivedTaps(path, rootDir)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);

async function withBuffer<Value>(look: (buffer: SegmentBuffer) => Promise<Value>): Promise<Value> {
  const redis = connectRedis(path.redis.url, () => undefined);
  const value = await look(new SegmentBuffer(redis));
  redis.disconnect();
  return value;
}

const backlog = (): Promise<number> => withBuffer(async (buffer) => (await buffer.backlog()).taps);

test("while the archive is away taps are taken and the backlog grows; all are archived when it is back", async () => {
  const sshd = await sharedSshd();
  const port = await freePort();
  const wire = cuttableWire(port, sshd.port);
  await wire.up();
  running = await path.start({
    TAPLINE_UNSIGNED_TAPS: "accept",
    TAPLINE_ARCHIVE_URL: sshd.url.replace(`:${sshd.port}/`, `:${port}/`),
  });
  client = connectAs(path, "gate-1", running.ingestPort!);
  const before = taps(1, 5);
  await send(client, 1, before);
  await gather(client, 1, before);
  await wire.down();
  const during = [taps(6, 20), taps(26, 20), taps(46, 20)];
  for (const batch of during) await send(client, 1, batch);
  expect(await backlog()).toBe(60);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await backlog()).toBe(60);
  expect(await seqsIn(sshd.rootDir)).toEqual([1, 2, 3, 4, 5]);
  await wire.up();
  const verdicts = await gather(client, 1, during.flat(), 40_000);
  expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
  expect(await seqsIn(sshd.rootDir)).toEqual(Array.from({ length: 65 }, (_, i) => i + 1));
  await until("the backlog is gone", async () => (await backlog()) === 0);
  await wire.down();
}, 60_000);

test("while PostgreSQL is away taps are taken; all are archived once when it is back", async () => {
  const sshd = await sharedSshd();
  const options = {
    port: await freePort(),
    dataDir: join(await temporaryFolder(), "postgres"),
    password: "0123456789abcdef",
  };
  let postgres = await ownPostgres(options);
  await applyMigrations(postgres.url);
  running = await path.start({
    TAPLINE_UNSIGNED_TAPS: "accept",
    TAPLINE_ARCHIVE_URL: sshd.url,
    DATABASE_URL: postgres.url,
  });
  client = connectAs(path, "gate-1", running.ingestPort!);
  const before = taps(1, 5);
  await send(client, 2, before);
  await gather(client, 2, before);
  await postgres.stop();
  const during = [...taps(6, 20), ...before.slice(0, 3)];
  await send(client, 2, during);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await backlog()).toBe(23);
  postgres = await ownPostgres(options);
  // Those sent again were told once before; their second receipts end the backlog.
  await until("the backlog is gone", async () => (await backlog()) === 0, 40_000);
  const verdicts = await gather(client, 2, during);
  expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
  expect(await seqsIn(sshd.rootDir)).toEqual(Array.from({ length: 25 }, (_, i) => i + 1));
  await client.close();
  await running.stop(2_000);
  running = undefined;
  await postgres.stop();
}, 90_000);

test("while Redis has no memory left the door says when to come back; nothing taken is lost", async () => {
  const sshd = await sharedSshd();
  running = await path.start({ TAPLINE_UNSIGNED_TAPS: "accept", TAPLINE_ARCHIVE_URL: sshd.url });
  client = connectAs(path, "gate-2", running.ingestPort!);
  await send(client, 3, taps(100, 5));
  const admin = connectRedis(path.redis.url, () => undefined);
  await admin.config("SET", "maxmemory", "1");
  const refused = await until("the door refuses", async () => {
    const answer = await client?.post({ epoch: 3, taps: taps(105, 5) });
    return answer?.status !== 202 && answer;
  });
  expect(refused.status).toBe(429);
  expect(refused.body).toMatchObject({ type: "urn:tapline:problem:overloaded" });
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  await admin.config("SET", "maxmemory", "0");
  admin.disconnect();
  await send(client, 3, taps(105, 5));
  await gather(client, 3, taps(100, 10), 40_000);
  expect(await seqsIn(sshd.rootDir)).toEqual(Array.from({ length: 10 }, (_, i) => 100 + i));
}, 60_000);
