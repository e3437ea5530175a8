import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { archivedTaps, type Client, connectAs, deliver, gather, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

/** A job's lock lasts 5 s, and who lost it is looked for each 2.5 s. */
const beyondLocksMs = 8_500;

let path: TestPath;
let started: WorkerProcess[];
let client: Client;

beforeEach(async () => {
  path = await setUpPath();
  started = [];
});
afterEach(async () => {
  await client.close();
  await Promise.all(started.map((worker) => worker.kill()));
  await path.end();
});

async function start(role: string): Promise<WorkerProcess> {
  const worker = await forkWorker(path, role);
  started.push(worker);
  return worker;
}

const taps = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

/**
 * One process of `role` is held at `point` and stands still for longer than its locks last; another one does its work; then
 * the first one wakes and goes on with what it believes to hold.
 */
async function workTwice(role: string, others: string, point: string): Promise<void> {
  const [door, asleep] = await Promise.all([start(`ingest,buffer,${others}`), start(role)]);
  client = connectAs(path, "gate-1", door.ingestPort);
  const sent = taps(1, 20);
  const held = asleep.holdAt(point);
  await send(client, 1, sent);
  const goOn = await held;
  asleep.child.kill("SIGSTOP");
  const stoppedAtMs = performance.now();
  await start(role);
  const verdicts = await gather(client, 1, sent, 40_000);
  await sleep(Math.max(0, stoppedAtMs + beyondLocksMs - performance.now()));
  asleep.child.kill("SIGCONT");
  goOn();
  expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
  // The one that slept goes on while the next taps, of the same tracker, come.
  const more = taps(21, 10);
  await deliver(client, 1, more, 30_000);
  const found = (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);
  expect(found).toEqual([...sent, ...more].map(({ seq }) => seq));
  const segments = await path.prisma.segment.count();
  expect(await path.prisma.auditEntry.count({ where: { action: "segment.archived" } })).toBe(segments);
  expect(await path.prisma.quarantinedTap.count()).toBe(0);
  expect(asleep.child.exitCode).toBeNull();
}

test("a transfer that stood still beyond its lock after its manifest went up: done twice, archived once", async () => {
  await workTwice("transfer", "validation,encryption", "after:upload.named#manifest");
}, 120_000);

test("two validators that believe to hold one tracker, one between its claim and its verdicts: judged once", async () => {
  await workTwice("validation", "encryption,transfer", "after:ledger.claim");
}, 120_000);

test("an encryption that stood still with its sealed object in hand: the other one's stands", async () => {
  await workTwice("encryption", "validation,transfer", "before:buffer.keepSealed");
}, 120_000);
