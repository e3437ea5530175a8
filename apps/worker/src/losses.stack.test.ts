import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../../../tools/servers/index.ts";
import { type CuttableWire, cuttableWire } from "../../../tools/test-servers/index.ts";
import {
  archivedTaps,
  type Client,
  connectAs,
  deliver,
  deliverSurely,
  send,
  submit,
} from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

let path: TestPath;
let wire: CuttableWire;
let running: Running;
let client: Client;

beforeEach(async () => {
  path = await setUpPath();
  const { sshd } = path;
  const port = await freePort();
  wire = cuttableWire(port, sshd.port);
  await wire.up();
  running = await path.start({ TAPLINE_ARCHIVE_URL: sshd.url.replace(`:${sshd.port}/`, `:${port}/`) });
  client = connectAs(path, "gate-1", running.ingestPort!);
});
afterEach(async () => {
  await client.close();
  await running.stop(1_000);
  await wire.down();
  await path.end();
});

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

const seqsIn = async (): Promise<number[]> =>
  (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);

/** Five taps are archived, 40 are on their way in segments and in none, then `lose` happens. */
async function loseUnderway(lose: () => Promise<void>): Promise<void> {
  const before = taps(1, 5);
  await deliver(client, 1, before);
  await wire.down();
  const underway = taps(6, 40);
  for (let at = 0; at < 40; at += 10) await send(client, 1, underway.slice(at, at + 10));
  await lose();
  await wire.up();
  const again = [...before, ...underway];
  const verdicts = await deliverSurely(client, 1, again);
  expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
  expect(await seqsIn()).toEqual(again.map(({ seq }) => seq));
}

test("FLUSHALL with taps in every stage: the buffer opens anew, and each tap lies in the archive once", async () => {
  await loseUnderway(() => path.wipeRedis());
  expect(await path.prisma.auditEntry.count({ where: { action: "buffer.opened" } })).toBe(2);
}, 90_000);

test("the append-only file lost with Redis: as if it had been wiped", async () => {
  await loseUnderway(() =>
    path.killRedis(async () => {
      expect(await readdir(path.redis.dataDir)).toContain("appendonlydir");
      await rm(join(path.redis.dataDir, "appendonlydir"), { recursive: true });
    }),
  );
}, 90_000);

test("Redis killed and started again on its data: what it had answered for is archived though nobody sends it again", async () => {
  const sent = taps(1, 31);
  await deliver(client, 1, sent.slice(0, 1));
  await wire.down();
  for (let at = 1; at < 31; at += 10) await send(client, 1, sent.slice(at, at + 10));
  await path.killRedis();
  await wire.up();
  await until("all are archived", async () => (await seqsIn()).length >= 31, 40_000);
  expect(await seqsIn()).toEqual(sent.map(({ seq }) => seq));
}, 90_000);
