import type { CreditAsk, CreditGrant } from "@tapline/core/validation";
import { expect, test } from "vitest";
import { CreditDesk } from "./credit-desk.ts";

type Ask = CreditAsk & { readonly agent: string };

/** A book whose answers the test gives. */
function book(answer: (asks: readonly Ask[], held: number) => CreditGrant[] | Error) {
  const calls: { held: number; agents: string[] }[] = [];
  return {
    calls,
    ask: async (held: number, asks: readonly Ask[]) => {
      calls.push({ held, agents: asks.map(({ agent }) => agent) });
      const grants = answer(asks, held);
      if (grants instanceof Error) throw grants;
      return { grants, holders: 1 };
    },
  };
}

const give = (taps: number): CreditGrant => ({ taps, waitMs: 0, quotaSpent: false });
const never = new AbortController().signal;

test("what is asked in one turn leaves in one call", async () => {
  const all = book((asks) => asks.map(({ taps }) => give(taps)));
  const desk = new CreditDesk(all, () => undefined);
  const granted = await Promise.all([desk.some("a", 5, never), desk.some("b", 7, never), desk.all("c", 9)]);
  expect(granted).toEqual([5, 7, null]);
  expect(all.calls).toEqual([{ held: 0, agents: ["a", "b", "c"] }]);
  expect(desk.heldTaps).toBe(21);
  desk.stop();
});

test("a stream waits for its turn, a request is told when to come again", async () => {
  let room = 0;
  const narrow = book((asks) => asks.map(() => give(room)));
  const desk = new CreditDesk(narrow, () => undefined);
  const waiting = desk.some("a", 5, never);
  expect((await desk.all("b", 5))?.retryAfterMs).toBeGreaterThan(0);
  room = 2;
  desk.wake();
  expect(await waiting).toBe(2);
  desk.stop();
});

test("who waits for its own bucket is not asked for before that, whatever news there is", async () => {
  let taps = 0;
  const slow = book((asks) => asks.map(() => ({ ...give(taps), waitMs: taps === 0 ? 60 : 0 })));
  const desk = new CreditDesk(slow, () => undefined);
  const startedMs = performance.now();
  const waiting = desk.some("a", 5, never);
  await new Promise((resolve) => setTimeout(resolve, 10));
  taps = 3;
  desk.wake();
  expect(await waiting).toBe(3);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(55);
  desk.stop();
});

test("one whose quota is spent is told for how long, and whether it is that", async () => {
  const spent = book((asks) => asks.map(() => ({ taps: 0, waitMs: 5_000_000, quotaSpent: true })));
  const desk = new CreditDesk(spent, () => undefined);
  expect(await desk.all("a", 5)).toEqual({ retryAfterMs: 5_000_000, quotaSpent: true, windowFull: false });
  desk.stop();
});

test("one who is refused hears whether it is the window that is full, or its own bucket that is empty", async () => {
  const waits = [0, 300];
  const empty = book((asks) => asks.map(() => ({ taps: 0, waitMs: waits.shift() ?? 0, quotaSpent: false })));
  const desk = new CreditDesk(empty, () => undefined);
  expect(await desk.all("a", 5)).toMatchObject({ windowFull: true });
  expect(await desk.all("a", 5)).toMatchObject({ windowFull: false, retryAfterMs: 300 });
  desk.stop();
});

test("a stream that ends while it waits gets nothing, and what comes too late is given back", async () => {
  const ending = new AbortController();
  let answer: (() => void) | undefined;
  const desk = new CreditDesk(
    {
      ask: async (_held, asks) => {
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
        return { grants: asks.map(({ taps }) => give(taps)), holders: 1 };
      },
    },
    () => undefined,
  );
  const waiting = desk.some("a", 5, ending.signal);
  while (answer === undefined) await new Promise((resolve) => setImmediate(resolve));
  ending.abort();
  answer();
  expect(await waiting).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  expect(desk.heldTaps).toBe(0);
  desk.stop();
});

test("asks again where Redis did not answer", async () => {
  let fails = 1;
  const errors: unknown[] = [];
  const shaky = book((asks) => (fails-- > 0 ? new Error("away") : asks.map(({ taps }) => give(taps))));
  const desk = new CreditDesk(shaky, (error) => errors.push(error));
  expect(await desk.some("a", 5, never)).toBe(5);
  expect(errors).toHaveLength(1);
  desk.stop();
});

test("tells the book of what is given back, and of what it holds", async () => {
  const all = book((asks) => asks.map(({ taps }) => give(taps)));
  const desk = new CreditDesk(all, () => undefined);
  await desk.all("a", 10);
  desk.spending(4);
  desk.unspent(2);
  expect(desk.heldTaps).toBe(4);
  while (all.calls.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(all.calls[1]).toEqual({ held: 4, agents: [] });
  desk.stop();
});
