import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { makeTrackers, nowEpochMs, type RunOrder, setUp } from "./crowd.fixture.ts";
import type { VisitKind } from "./visit.ts";

const trackers = makeTrackers(3);
const running = new AbortController().signal;
const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const quick = { stallAfterMs: 1, troubleMs: 1 };

async function play(visits: (VisitKind | { visit: VisitKind; times: number })[], more?: Partial<RunOrder>) {
  const script = visits.map((visit) => (typeof visit === "string" ? { visit } : visit));
  const run = setUp({ scenario: { script, ...quick }, trackers, readers: 1, ...more });
  await run.simulated.run(run.sink, running);
  const { taps, failures, statuses } = run.told;
  return {
    ...run,
    taps,
    causes: failures.map(({ cause }) => cause),
    conditions: statuses.map(({ condition }) => condition),
  };
}

describe("simulated readers", { timeout: 60_000 }, () => {
  it("start 10,000 at once, and idle ones hold next to nothing", async () => {
    const stop = new AbortController();
    const many = setUp({
      scenario: { script: [{ visit: "silent" }], stallAfterMs: 600_000 },
      trackers,
      readers: 10_000,
    });
    let ready = 0;
    const before = process.memoryUsage().heapUsed;
    const cpuBefore = process.cpuUsage();
    const run = many.simulated.run(
      { ...many.sink, status: ({ condition }) => (ready += condition === "ready" ? 1 : 0) },
      stop.signal,
    );
    await until(() => expect(ready).toBe(10_000));
    const { user, system } = process.cpuUsage(cpuBefore);
    // CPU time, so that a busy machine does not count.
    expect((user + system) / 1000).toBeLessThan(2000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(16 * 1024 * 1024);
    stop.abort();
    await run;
  });

  it("read a torn tag again until it is whole", async () => {
    const { taps, causes } = await play([{ visit: "healed", times: 5 }]);
    expect(taps).toHaveLength(5);
    for (const { rereads } of taps) expect([1, 2, 3]).toContain(rereads);
    expect(causes).toEqual([]);
  });

  it("give up a tag that stays torn, handing nothing over, and take it at the next tap", async () => {
    const { taps, causes, conditions, told, lines } = await play(["torn"], {
      trackers: trackers.slice(0, 1),
    });
    expect(causes).toEqual(["torn"]);
    expect(told.failures[0]?.detail).toMatch(/being written|length changed.*looked 4 times/);
    expect(conditions).toEqual(["ready"]);
    // The field shows what is left unread once its script is over.
    expect(taps).toHaveLength(1);
    expect(lines.map(({ line }) => line)).toEqual(["failed", "offered", "kept"]);
  });

  it("read again as often as they are told", async () => {
    const script = [{ visit: "torn" }];
    const run = setUp({ scenario: { script }, trackers, readers: 1 });
    run.simulated.configure({ rereads: 0, buzzer: false });
    await run.simulated.run(run.sink, running);
    expect(run.told.failures[0]?.detail).toMatch(/looked 1 times/);
  });

  it("take neither of two tags in the field, and say so until they are gone", async () => {
    const { taps, causes, conditions, told } = await play(["collision"]);
    expect(causes).toEqual(["collision"]);
    expect(conditions).toEqual(["ready", "collision", "ready"]);
    expect(told.statuses[1]).toMatchObject({
      reader: "simulated-1",
      detail: expect.stringMatching(/two tags/),
      sinceEpochMs: nowEpochMs,
    });
    // Both trackers show their packets at a later tap.
    expect(taps).toHaveLength(2);
  });

  it.each([
    ["pulled", "removed", ["ready"]],
    ["silent", "stalled", ["ready", "stalled", "ready"]],
    ["held", "busy", ["ready", "busy", "ready"]],
    ["foreign", "not-a-tap", ["ready"]],
    ["unplugged", "removed", ["ready", "gone", "ready"]],
  ] as const)("tell of a visit that is %s", async (kind, cause, expected) => {
    const { causes, conditions } = await play([kind]);
    expect(causes).toEqual([cause]);
    expect(conditions).toEqual(expected);
  });

  it("take a flapping tag once it is held still", async () => {
    const { taps, causes } = await play(["flapping"]);
    expect(new Set(causes)).toEqual(new Set(["removed"]));
    expect(taps).toHaveLength(1);
  });

  it("offer the next tap only once the last one is kept, each reader for itself", async () => {
    const { simulated, sink } = setUp({ scenario: {}, trackers, readers: 3, taps: 10 });
    const waiting: (() => void)[] = [];
    const tap = (): Promise<number> =>
      new Promise((resolve) => {
        waiting.push(() => resolve(1));
      });
    const run = simulated.run({ ...sink, tap }, running);
    await until(() => expect(waiting).toHaveLength(3));
    await sleep(20);
    expect(waiting).toHaveLength(3);
    waiting[1]?.();
    await until(() => expect(waiting).toHaveLength(4));
    for (let done = 0; done < 10; done++) {
      await until(() => expect(waiting.length).toBeGreaterThan(done));
      waiting[done]?.();
    }
    await run;
  });

  it("reject where a tap cannot be handed over", async () => {
    const { simulated, sink } = setUp({ scenario: {}, trackers, taps: 10 });
    const broken = new Error("no outbox");
    await expect(simulated.run({ ...sink, tap: () => Promise.reject(broken) }, running)).rejects.toBe(broken);
  });

  it("stop when told, in the middle of everything", async () => {
    const stop = new AbortController();
    const scenario = { ratios: { silent: 0.3, held: 0.3 }, stallAfterMs: 600_000, troubleMs: 600_000 };
    const { simulated, sink, told } = setUp({ scenario, trackers, readers: 50 });
    const run = simulated.run(sink, stop.signal);
    await until(() => expect(told.taps.length).toBeGreaterThan(20));
    stop.abort();
    await run;
    const { length } = told.taps;
    await sleep(20);
    expect(told.taps).toHaveLength(length);
  });

  it("remember the last 1,000 things that people were told", () => {
    const { simulated } = setUp({ scenario: {}, trackers });
    for (let i = 0; i < 1500; i++) simulated.feedback(`simulated-${i}`, i % 2 === 0 ? "kept" : "accepted");
    expect(simulated.told).toHaveLength(1000);
    expect(simulated.told.at(-1)).toEqual({
      reader: "simulated-1499",
      feedback: "accepted",
      atEpochMs: nowEpochMs,
    });
  });
});
