import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freePort } from "../../../tools/servers/index.ts";
import { type CuttableWire, cuttableWire } from "../../../tools/test-servers/index.ts";
import { archivedTaps, type Client, connectAs, deliver, gather, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";
import type { Running } from "./wire/start-worker.ts";

const dayMs = 24 * 3_600_000;

let path: TestPath;
let wire: CuttableWire;
let running: Running;
let client: Client;

beforeEach(async () => {
  path = await setUpPath();
  const port = await freePort();
  wire = cuttableWire(port, path.sshd.port);
  await wire.up();
  running = await path.start({
    TAPLINE_ARCHIVE_URL: path.sshd.url.replace(`:${path.sshd.port}/`, `:${port}/`),
  });
  client = connectAs(path, "gate-1", running.ingestPort!);
});
afterEach(async () => {
  vi.useRealTimers();
  await client.close();
  await running.stop(1_000);
  await wire.down();
  await path.end();
});

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

const setClock = (offsetMs: number): void => {
  vi.useRealTimers();
  if (offsetMs !== 0) vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + offsetMs });
};

test.each([
  ["ahead", dayMs],
  ["behind", -dayMs],
])(
  "a clock that jumps a day %s while the archive is away, and back: all is archived, once, and at once",
  async (_where, offsetMs) => {
    const before = taps(1, 5);
    await deliver(client, 1, before);
    const underway = taps(6, 10);
    await wire.down();
    setClock(offsetMs);
    await send(client, 1, underway.slice(0, 5));
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await send(client, 1, underway.slice(5));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    setClock(0);
    await wire.up();
    const verdicts = await gather(client, 1, underway, 40_000);
    expect(underway.map(({ seq }) => verdicts.get(seq)?.verdict)).toEqual(underway.map(() => "archived"));
    await deliver(client, 1, taps(16, 5), 15_000);
    const found = (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq);
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
  },
  90_000,
);
