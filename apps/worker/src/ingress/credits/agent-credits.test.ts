import { expect, test } from "vitest";
import { AgentCredits } from "./agent-credits.ts";

/** A desk that grants what is asked, up to `room`, and a clock that the test sets. */
function agentWith(room = Number.POSITIVE_INFINITY, few = 16) {
  const state = {
    nowMs: 10_000,
    room,
    asked: [] as number[],
    back: 0,
    later: [] as (() => void)[],
    spent: false,
  };
  const grant = (taps: number): number => {
    const granted = Math.min(taps, state.room);
    state.room -= granted;
    return granted;
  };
  const credits = new AgentCredits(
    "gate-1",
    {
      some: (_agent, taps, signal) => {
        state.asked.push(taps);
        const granted = grant(taps);
        if (granted > 0) return Promise.resolve(granted);
        return new Promise((resolve) => {
          state.later.push(() => resolve(signal.aborted ? 0 : grant(taps)));
          signal.addEventListener("abort", () => resolve(0));
        });
      },
      all: async (_agent, taps) =>
        taps <= state.room && grant(taps) > 0
          ? null
          : { retryAfterMs: 700, quotaSpent: state.spent, windowFull: false },
      unspent: (taps) => {
        state.back += taps;
      },
    },
    () => few,
    () => state.nowMs,
  );
  return { credits, state };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const never = new AbortController().signal;

test("is filled before the first tap, and tells of it", async () => {
  const { credits } = agentWith();
  const told: number[] = [];
  credits.keepFilled(() => told.push(credits.stockTaps));
  await turn();
  expect(told).toHaveLength(1);
  expect(told[0]).toBeGreaterThanOrEqual(16);
});

test("a lone tap now and then takes from the stock; not each one asks", async () => {
  const { credits, state } = agentWith();
  credits.keepFilled(() => undefined);
  await turn();
  for (let i = 0; i < 16; i++) {
    state.nowMs += 1_000;
    expect(await credits.take(1, never)).toBe(1);
    await turn();
  }
  expect(state.asked.length).toBeLessThan(4);
});

test("grows with an agent that sends much, to two full batches and no further", async () => {
  const { credits, state } = agentWith();
  credits.keepFilled(() => undefined);
  for (let i = 0; i < 40; i++) {
    await turn();
    state.nowMs += 5;
    await credits.take(500, never);
  }
  await turn();
  expect(credits.stockTaps).toBeGreaterThan(500);
  expect(credits.stockTaps).toBeLessThanOrEqual(1_000);
});

test("gives up all but a few once its agent is quiet", async () => {
  const { credits, state } = agentWith();
  credits.keepFilled(() => undefined);
  for (let i = 0; i < 40; i++) {
    await turn();
    state.nowMs += 5;
    await credits.take(100, never);
  }
  await turn();
  const before = credits.stockTaps;
  credits.rest();
  expect(credits.stockTaps).toBe(before);
  state.nowMs += 2_000;
  credits.rest();
  expect(credits.stockTaps).toBe(16);
  expect(state.back).toBe(before - 16);
});

test("waits where there is nothing, and gives part where there is part", async () => {
  const { credits, state } = agentWith(5, 0);
  expect(await credits.take(8, never)).toBe(5);
  const waiting = credits.take(8, never);
  await turn();
  state.room = 3;
  for (const again of state.later) again();
  expect(await waiting).toBeGreaterThan(0);
});

test("takes all or nothing for a request, and says when to come again", async () => {
  const { credits, state } = agentWith(10, 0);
  expect(await credits.takeAll(11)).toEqual({ retryAfterMs: 700, quotaSpent: false, windowFull: false });
  expect(await credits.takeAll(10)).toBeNull();
  expect(state.room).toBe(0);
});

test("gives up its stock once the agent's quota is spent", async () => {
  const { credits, state } = agentWith();
  credits.keepFilled(() => undefined);
  await turn();
  const had = credits.stockTaps;
  Object.assign(state, { room: 0, spent: true });
  expect(await credits.takeAll(had + 1)).toMatchObject({ quotaSpent: true });
  expect([credits.stockTaps, state.back]).toEqual([0, had]);
});

test("gives up everything at its end, and asks no more", async () => {
  const { credits, state } = agentWith();
  credits.keepFilled(() => undefined);
  await turn();
  const had = credits.stockTaps;
  const asked = state.asked.length;
  credits.end();
  expect([credits.stockTaps, state.back]).toEqual([0, had]);
  await credits.takeAll(1);
  expect(state.asked).toHaveLength(asked);
});

test("is not forgotten while a stream uses it, even one that is granted nothing for long", () => {
  const { credits, state } = agentWith();
  const leave = credits.enter();
  credits.keepFilled(null);
  state.nowMs += 60_000;
  expect(credits.isIdle(30_000)).toBe(false);
  leave();
  expect(credits.isIdle(30_000)).toBe(true);
});
