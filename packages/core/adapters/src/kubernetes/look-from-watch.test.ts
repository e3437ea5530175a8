import { expect, test, vi } from "vitest";
import { Bench, blue, readyOf, terms, workload } from "./actuator-bench.fixture.ts";
import { serviceAccountConfig } from "./cluster-config.ts";
import { addDeployment } from "./cluster-objects.fixture.ts";
import { KubernetesActuator } from "./kubernetes-actuator.ts";

const bench = new Bench();
const within = { timeout: 60_000, interval: 20 };

/** Hands by a clock of their own that watch a cluster in which nothing moves, and what they ask of the server. */
async function watching({ cluster }: Bench) {
  addDeployment(cluster.store, "ingest", "blue", 2);
  await bench.settle(blue, 2);
  const time = { nowEpochMs: 1_790_000_000_000 };
  const config = serviceAccountConfig(cluster.url, cluster.folder);
  const { namespace } = cluster;
  const hands = new KubernetesActuator({ config, namespace, clock: () => time.nowEpochMs });
  const stop = hands.watch(
    () => undefined,
    () => undefined,
  );
  /** @returns how many requests a look took, and how many replicas it saw wanted */
  const look = async () => {
    const before = cluster.asked.filter(({ verb }) => verb === "list").length;
    const { wanted } = workload(await hands.look(), blue);
    const lists = cluster.asked.filter(({ verb }) => verb === "list").length - before;
    return { lists, wanted };
  };
  const untilQuiet = () => vi.waitFor(async () => expect((await look()).lists).toBe(0), within);
  const patch = (replicas: number) =>
    cluster.store.patch("deployments", "tapline", "ingest-blue", { spec: { replicas } }, "kubectl");
  return { time, hands, stop, look, untilQuiet, patch };
}

test("looks are answered from what is watched, and listed anew every ten seconds", async () => {
  const { time, look, untilQuiet, patch, stop } = await watching(bench);
  await vi.waitFor(() => expect(bench.cluster.watches).toBe(6), within);
  await untilQuiet();
  patch(3);
  await vi.waitFor(async () => expect(await look()).toEqual({ lists: 0, wanted: 3 }), within);
  time.nowEpochMs += 9_999;
  expect((await look()).lists).toBe(0);
  time.nowEpochMs += 1;
  expect((await look()).lists).toBe(6);
  await untilQuiet();
  // A clock that was put back says nothing of how old it is.
  time.nowEpochMs -= 60_000;
  expect((await look()).lists).toBe(6);
  stop();
  expect((await look()).lists).toBe(6);
});

test("what we did ourselves is seen by the next look, by lists until the watch has told of it", async () => {
  const { hands, look, untilQuiet, stop } = await watching(bench);
  await vi.waitFor(() => expect(bench.cluster.watches).toBe(6), within);
  await untilQuiet();
  await hands.act({ kind: "scale", workload: blue, replicas: 4 }, terms);
  expect(await look()).toEqual({ lists: 6, wanted: 4 });
  await untilQuiet();
  await vi.waitFor(async () => expect(readyOf(workload(await hands.look(), blue))).toBe(4), within);
  const [pod] = workload(await hands.look(), blue).replicas;
  await hands.act({ kind: "replace", workload: blue, replica: pod?.name ?? "" }, terms);
  const after = workload(await hands.look(), blue).replicas.find(({ name }) => name === pod?.name);
  expect(after === undefined || after.state === "draining").toBe(true);
  await untilQuiet();
  expect((await look()).wanted).toBe(4);
  stop();
});

test("a watch that stands still without a word is not believed", async () => {
  bench.cluster.faults.push({ times: 1_000, answer: "hang", matches: ({ verb }) => verb === "watch" });
  const { time, look, untilQuiet, patch, stop } = await watching(bench);
  await untilQuiet();
  patch(5);
  time.nowEpochMs += 10_000;
  for (let count = 0; count < 3; count++) expect(await look()).toEqual({ lists: 6, wanted: 5 });
  stop();
});

test("while the watch is in trouble each look asks the server", async () => {
  const { look, untilQuiet, stop } = await watching(bench);
  await vi.waitFor(() => expect(bench.cluster.watches).toBe(6), within);
  await untilQuiet();
  bench.cluster.faults.push({
    times: 10_000,
    answer: { code: 503 },
    matches: ({ verb }) => verb === "watch",
  });
  bench.cluster.endWatches("cut");
  await vi.waitFor(async () => expect((await look()).lists).toBeGreaterThanOrEqual(6), within);
  bench.cluster.faults.length = 0;
  await untilQuiet();
  stop();
});
