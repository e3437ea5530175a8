import { once } from "node:events";
import { expect, type TestContext, test } from "vitest";
import { archivedTaps, connectAs, deliverSurely, send, submit } from "./agent.fixture.ts";
import { rawTap, setUpPath, type TestPath, until } from "./path.fixture.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

/** Four processes come up one after the other meanwhile, on a machine that is busy with something else. */
const withinMs = 200_000;

/** Servers and keys of a test's own, and workers on them: most of their time these tests wait, side by side. */
async function open({ onTestFinished }: TestContext) {
  const path = await setUpPath();
  onTestFinished(() => path.end());
  const start = async (role: string, settings: Readonly<Record<string, string>>): Promise<WorkerProcess> => {
    const started = await forkWorker(path, role, settings);
    onTestFinished(() => started.kill());
    return started;
  };
  return { path, start };
}

const tapsOf = (path: TestPath, tracker: number, count: number) =>
  Array.from({ length: count }, (_, i) => submit(i + 1, rawTap(path.trackers[tracker]!, i + 1)));
const probe = async ({ healthPort }: WorkerProcess, name: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${healthPort}/${name}`)).status;

test.concurrent("a door that is to end says first that it is not ready, takes taps until its delay is over, and ends well", async (context) => {
  const { path, start } = await open(context);
  const [door, buffer] = await Promise.all([
    start("ingest", { TAPLINE_DRAIN_DELAY_SECONDS: "15", TAPLINE_GRACE_SECONDS: "10" }),
    start("buffer", {}),
  ]);
  const [old, late] = [
    connectAs(path, "gate-1", door.ingestPort),
    connectAs(path, "gate-2", door.ingestPort),
  ];
  await send(old, 1, tapsOf(path, 0, 3));
  expect(await probe(door, "readyz")).toBe(200);
  const [exited, askedAt] = [once(door.child, "exit"), performance.now()];
  door.child.kill("SIGTERM");
  await until("it says that it is not ready", async () => (await probe(door, "readyz")) === 503);
  // Both who is connected, and who comes because nobody has told it yet.
  const [first, second] = await Promise.all([
    old.post({ epoch: 1, taps: tapsOf(path, 0, 6) }),
    late.post({ epoch: 1, taps: tapsOf(path, 1, 3) }),
  ]);
  expect([first.status, second.status, await probe(door, "healthz")]).toEqual([202, 202, 200]);
  expect(await exited).toEqual([0, null]);
  // Node's timers may be early by a millisecond.
  expect(performance.now() - askedAt).toBeGreaterThan(14_990);
  await expect(late.post({ epoch: 1, taps: tapsOf(path, 1, 3) })).rejects.toThrow();
  await Promise.all([old.close(), late.close()]);
  await buffer.kill();
}, 240_000);

test.concurrent("an upload under way when its process is to end is finished within the grace, or by the next process: nothing is lost, nothing twice", async (context) => {
  const { path, start } = await open(context);
  const [door] = await Promise.all([start("ingest", {}), start("buffer,validation,encryption,audit", {})]);
  const agent = connectAs(path, "gate-1", door.ingestPort);
  const transfer = async (graceSeconds: number) => {
    const process = await start("transfer", { TAPLINE_GRACE_SECONDS: String(graceSeconds) });
    const held = process.holdAt("before:transfer.run");
    return { process, held, exited: once(process.child, "exit") };
  };
  const heldAndAskedToEnd = async ({ process, held }: Awaited<ReturnType<typeof transfer>>) => {
    const go = await held;
    process.child.kill("SIGTERM");
    await until("it says that it is not ready", async () => (await probe(process, "readyz")) === 503);
    return go;
  };

  const patient = await transfer(60);
  const first = deliverSurely(agent, 2, tapsOf(path, 2, 20), withinMs);
  (await heldAndAskedToEnd(patient))();
  expect(await patient.exited).toEqual([0, null]);
  // Nobody else was there who could have done it.
  await first;

  const hasty = await transfer(1);
  const second = deliverSurely(agent, 3, tapsOf(path, 2, 40).slice(20), withinMs);
  await heldAndAskedToEnd(hasty);
  // By itself; in order, or where the machine is too busy for that, all the same.
  expect(await hasty.exited).toEqual([expect.any(Number), null]);
  await start("transfer", {});
  await second;
  const held = (await archivedTaps(path)).filter(({ tracker }) => tracker === path.trackers[2]!.id);
  expect(held.map(({ trackerSeq }) => trackerSeq).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  await agent.close();
}, 300_000);
