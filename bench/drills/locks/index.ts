import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectRedis } from "@tapline/adapters/redis";
import { messageOf } from "@tapline/core/kernel";
import fc from "fast-check";
import { startRedis } from "../../../tools/servers/index.ts";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { interleavings } from "./commands.ts";
import { Stage } from "./stage.ts";

const progressEvery = 500;
/** An interleaving waits most of its time, so several are played at once, each on a stage of its own. */
const stages = 4;
/** Fewer are not worth the start of another stage. */
const leastPerStage = 500;
/** How long a smaller counterexample is looked for once one is found, ms. */
const shrinkMs = 60_000;

/** Steps of several processes in every order, on one Redis, each answer judged by a model. */
export const locks: Drill = {
  name: "locks",
  about: "processes that claim numbers and credits against each other, in seeded orders of their steps",
  run: async (options) => {
    const { times, seed, path } = options;
    const parts = path === undefined ? Math.min(stages, Math.ceil(times / leastPerStage)) : 1;
    const shares = Array.from({ length: parts }, (_, i) => Math.floor((times + i) / parts));
    const results = await Promise.all(
      shares.map((share, i) => onStage((stage) => play(stage, { ...options, times: share, seed: seed + i }))),
    );
    const sum = (of: (result: DrillResult) => number): number =>
      results.reduce((all, one) => all + of(one), 0);
    return {
      ...{ faults: sum(({ faults }) => faults), taps: sum(({ taps }) => taps), lost: 0, doubled: 0 },
      interleavings: sum(({ interleavings = 0 }) => interleavings),
      faultsFound: results.flatMap(({ faultsFound }) => faultsFound),
    };
  },
};

async function onStage<Result>(work: (stage: Stage) => Promise<Result>): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-drill-"));
  const redis = await startRedis({ dataDir: join(dir, "redis"), durable: false });
  const client = connectRedis(redis.url, () => undefined);
  try {
    const stage = await Stage.open(client, redis.url);
    try {
      return await work(stage);
    } finally {
      await stage.close();
    }
  } finally {
    client.disconnect();
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

async function play(stage: Stage, { times, seed, path, say }: DrillOptions): Promise<DrillResult> {
  const [order, replayPath] = path?.split("/") ?? [];
  let played = 0;
  let shrinksUntilMs = Number.POSITIVE_INFINITY;
  const property = fc.asyncProperty(interleavings(replayPath), async (commands) => {
    if (Date.now() > shrinksUntilMs) return;
    try {
      await stage.begin();
      await fc.asyncModelRun(() => ({ model: stage, real: stage }), commands);
      await stage.finish();
    } catch (error) {
      if (shrinksUntilMs === Number.POSITIVE_INFINITY) {
        say(`found after ${played} interleavings: ${messageOf(error)}`);
        shrinksUntilMs = Date.now() + shrinkMs;
      }
      await stage.clear();
      throw error;
    }
    if (++played % progressEvery === 0) say(`seed ${seed}: ${played} of ${times} interleavings`);
  });
  const replay = order === undefined ? { numRuns: times } : { numRuns: 1, path: order, endOnFailure: true };
  const details = await fc.check(property, { seed, ...replay });
  const { taps, faults } = stage.counts;
  const result = { faults, taps, lost: 0, doubled: 0, interleavings: details.numRuns };
  if (!details.failed) return { ...result, faultsFound: [] };
  const shown = String(details.counterexample?.[0] ?? "");
  const again = /replayPath="([^"]*)"/.exec(shown)?.[1] ?? "";
  say(`play it again: npm run drill -- locks --seed ${seed} --path ${details.counterexamplePath}/${again}`);
  return { ...result, faultsFound: [`${messageOf(details.errorInstance)}; steps: ${shown}`] };
}
