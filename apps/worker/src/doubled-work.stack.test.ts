import { setTimeout as sleep } from "node:timers/promises";
import { expect, type TestContext, test } from "vitest";
import { archivedTaps, connectAs, deliver, gather, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

/** Most of their time these tests wait, side by side. A job's lock lasts 5 s, and who lost it is looked for each 2.5 s. */
const beyondLocksMs = 8_500;

const taps = (path: TestPath, from: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(from + i, rawTap(path.trackers[0]!, from + i)));

/**
 * One process of `role` is held at `point` and stands still for longer than its locks last; another one does its work; then
 * the first one wakes and goes on with what it believes to hold.
 */
async function workTwice(
  { onTestFinished }: TestContext,
  role: string,
  others: string,
  point: string,
): Promise<void> {
  const path = await setUpPath();
  onTestFinished(() => path.end());
  const start = async (roles: string): Promise<WorkerProcess> => {
    const worker = await forkWorker(path, roles);
    onTestFinished(() => worker.kill());
    return worker;
  };
  const [door, asleep] = await Promise.all([start(`ingest,buffer,${others}`), start(role)]);
  const client = connectAs(path, "gate-1", door.ingestPort);
  onTestFinished(() => client.close());
  const sent = taps(path, 1, 20);
  const held = asleep.holdAt(point);
  await send(client, 1, sent);
  const goOn = await held;
  asleep.child.kill("SIGSTOP");
  const stoppedAtMs = performance.now();
  await start(role);
  const verdicts = await gather(client, 1, sent, 90_000);
  await sleep(Math.max(0, stoppedAtMs + beyondLocksMs - performance.now()));
  asleep.child.kill("SIGCONT");
  goOn();
  expect([...verdicts.values()].every(({ verdict }) => verdict === "archived")).toBe(true);
  // The one that slept goes on while the next taps, of the same tracker, come.
  const more = taps(path, 21, 10);
  await deliver(client, 1, more, 60_000);
  const found = (await archivedTaps(path)).map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b);
  expect(found).toEqual([...sent, ...more].map(({ seq }) => seq));
  const segments = await path.prisma.segment.count();
  expect(await path.prisma.auditEntry.count({ where: { action: "segment.archived" } })).toBe(segments);
  expect(await path.prisma.quarantinedTap.count()).toBe(0);
  expect(asleep.child.exitCode).toBeNull();
}

test.concurrent("a transfer that stood still beyond its lock after its manifest went up: done twice, archived once", async (context) => {
  await workTwice(context, "transfer", "validation,encryption", "after:upload.named#manifest");
}, 300_000);

test.concurrent("two validators that believe to hold one tracker, one between its claim and its verdicts: judged once", async (context) => {
  await workTwice(context, "validation", "encryption,transfer", "after:ledger.claim");
}, 300_000);

test.concurrent("an encryption that stood still with its sealed object in hand: the other one's stands", async (context) => {
  await workTwice(context, "encryption", "validation,transfer", "before:buffer.keepSealed");
}, 300_000);
