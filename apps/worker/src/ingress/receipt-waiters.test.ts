import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ReceiptWaiters } from "./receipt-waiters.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A wait, and whether it has ended. */
function watch({ news, stop }: ReturnType<ReceiptWaiters["listen"]>) {
  const watched = { ended: false, stop };
  void news.then(() => {
    watched.ended = true;
  });
  return watched;
}
const settle = () => vi.advanceTimersByTimeAsync(0);

test("news wakes every request of its agent, and nobody else's", async () => {
  const waiters = new ReceiptWaiters();
  const [one, two, other] = ["a", "a", "b"].map((agent) => watch(waiters.listen(agent, 1_000)));
  waiters.wake("a");
  await settle();
  expect([one?.ended, two?.ended, other?.ended]).toEqual([true, true, false]);
});

test("news between listening and waiting is not missed", async () => {
  const waiters = new ReceiptWaiters();
  const { news } = waiters.listen("a", 60_000);
  waiters.wake("a");
  await expect(news).resolves.toBeUndefined();
});

test("a wait ends after its time", async () => {
  const wait = watch(new ReceiptWaiters().listen("a", 500));
  await vi.advanceTimersByTimeAsync(499);
  expect(wait.ended).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(wait.ended).toBe(true);
});

test("everybody is woken at once when the server drains", async () => {
  const waiters = new ReceiptWaiters();
  const waits = ["a", "b", "c"].map((agent) => watch(waiters.listen(agent, 60_000)));
  waiters.wakeAll();
  await settle();
  expect(waits.map(({ ended }) => ended)).toEqual([true, true, true]);
});

test("a request that stopped is forgotten, with its timer; those beside it are not", async () => {
  const waiters = new ReceiptWaiters();
  const [one, two] = [watch(waiters.listen("a", 1_000)), watch(waiters.listen("a", 2_000))];
  one.stop();
  expect(vi.getTimerCount()).toBe(1);
  waiters.wake("a");
  await settle();
  expect([one.ended, two.ended]).toEqual([false, true]);
  two.stop();
  expect(vi.getTimerCount()).toBe(0);
});
