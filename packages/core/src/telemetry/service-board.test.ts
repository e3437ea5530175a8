import { expect, test } from "vitest";
import { Histogram, type ProcessLoad, ServiceBoard } from "./index.ts";

const start = Date.UTC(2026, 10, 29);

function load(changes: Partial<ProcessLoad> = {}): ProcessLoad {
  const took = new Histogram();
  return {
    ...{ spanMs: 2_000, requests: 0, errors: 0, took: took.data(), cpuRatio: 0.5, memoryBytes: 1e8 },
    ...{ loopDelayMs: 3, redisMs: 1, postgresqlMs: 2, queued: 0 },
    ...changes,
  };
}

const sign = (said?: ProcessLoad) => ({
  roles: ["ingest"],
  awayArchives: [],
  ...(said ? { load: said } : {}),
});

test("tells rates over the last minute, and quantiles of all times together, not a mean of quantiles", () => {
  const board = new ServiceBoard();
  for (const [i, tookMs] of [10, 10, 10, 1_000].entries()) {
    const took = new Histogram();
    took.record(tookMs, i === 3 ? 1 : 33);
    const said = load({ requests: i === 3 ? 1 : 33, errors: i === 3 ? 1 : 0, took: took.data() });
    board.hear("door-1", sign(said), start + i * 2_000);
  }
  const [row] = board.table(start + 6_000);
  expect(row).toMatchObject({
    instance: "door-1",
    isSilent: false,
    requestsPerSecond: 100 / 8,
    errorRatio: 0.01,
  });
  expect(row?.p50Ms).toBeCloseTo(10, 0);
  expect(row?.p99Ms).toBeCloseTo(10, 0);
  expect(row).toMatchObject({ cpuRatio: 0.5, redisMs: 1, postgresqlMs: 2, queued: 0 });
});

test("says who is silent, forgets who was for a minute, and of who says nothing knows nothing", () => {
  const board = new ServiceBoard();
  board.hear("old", sign(), start);
  board.hear("new", sign(load({ redisMs: null })), start + 5_000);
  expect(board.table(start + 7_000).map(({ instance, isSilent }) => [instance, isSilent])).toEqual([
    ["new", false],
    ["old", true],
  ]);
  const [fresh, old] = board.table(start + 7_000);
  expect(fresh).toMatchObject({ requestsPerSecond: 0, errorRatio: null, p99Ms: null, redisMs: null });
  expect(old).toMatchObject({ requestsPerSecond: null, cpuRatio: null });
  expect(board.table(start + 61_000).map(({ instance }) => instance)).toEqual(["new"]);
});
