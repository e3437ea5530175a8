import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { mountVolume, temporaryFolder, type Volume } from "../../../tools/test-servers/index.ts";
import {
  archivedTaps,
  type Client,
  connectAs,
  deliver,
  deliverSurely,
  gather,
  send,
  submit,
} from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

const redisDir = join(await temporaryFolder(), "redis");
const volume: Volume | null = await mountVolume(redisDir);

let path: TestPath;
let client: Client;
let running: Running;

afterEach(async () => {
  await client.close();
  await running.stop(1_000);
  await path.end();
});

async function setUp(dir?: string): Promise<void> {
  path = await setUpPath(dir);
}

async function start(): Promise<void> {
  running = await path.start();
  client = connectAs(path, "gate-1", running.ingestPort!);
}

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

const seqsIn = async (): Promise<number[]> =>
  (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);

const upTo = (last: number): number[] => Array.from({ length: last }, (_, i) => i + 1);

test.skipIf(volume === null)(
  "the archive's disk full: taps are taken and wait; all are archived once there is room",
  async () => {
    await setUp();
    const disk = await mountVolume(path.sshd.rootDir);
    if (disk === null) throw new Error("a second volume could not be mounted");
    try {
      await start();
      await deliver(client, 1, taps(1, 5));
      await disk.fill();
      const waiting = taps(6, 20);
      await send(client, 1, waiting);
      await sleep(2_000);
      expect(await seqsIn()).toEqual(upTo(5));
      await disk.free();
      await gather(client, 1, waiting, 40_000);
      expect(await seqsIn()).toEqual(upTo(25));
    } finally {
      await disk.unmount();
    }
  },
  90_000,
);

test.skipIf(volume === null)(
  "Redis's disk full, so that it ends itself: the door takes nothing; with room again all is archived once",
  async () => {
    await setUp(redisDir);
    try {
      await start();
      await deliver(client, 1, taps(1, 5));
      await volume?.fill();
      // An answer may come before the disk is full; none may come after.
      const waiting = taps(6, 20);
      const refused = client.post({ epoch: 1, taps: waiting });
      await path.redisExited();
      await path.killRedis(async () => await volume?.free());
      await refused.catch(() => undefined);
      await deliverSurely(client, 1, waiting);
      expect(await seqsIn()).toEqual(upTo(25));
    } finally {
      await volume?.unmount();
    }
  },
  90_000,
);
