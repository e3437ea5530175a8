import fc from "fast-check";
import { expect, test } from "vitest";
import { heldUntil, type Policy, policyStep, retryDelivery } from "../index.ts";
import { channels } from "./channels.fixture.ts";

const [policy] = channels().policies as [Policy];
const minute = 60_000;

test("steps come in their order, and the last one again and again", () => {
  const steps = [0, 1, 2, 3].map((n) => policyStep(policy, n));
  expect(steps.map((step) => [step?.tell, (step?.afterMs ?? 0) / minute])).toEqual([
    [["duty"], 0],
    [["ada-mail", "bob-mail"], 5],
    [["ada-mail", "bob-mail"], 20],
    [["ada-mail", "bob-mail"], 35],
  ]);
  const { repeatMinutes: _, ...once } = policy;
  expect(policyStep(once, 2)).toBeNull();
});

test("each step comes later than the one before, for ever", () => {
  fc.assert(
    fc.property(fc.nat({ max: 10_000 }), (n) => {
      expect(policyStep(policy, n + 1)?.afterMs).toBeGreaterThan(policyStep(policy, n)?.afterMs ?? Infinity);
    }),
  );
});

test("an attempt is made again ever later, not sooner than asked, and not for ever", () => {
  const failed = { kind: "failed", fault: "", retryAfterMs: null } as const;
  const pauses = [1, 2, 3, 10, 500].map((attempt) => retryDelivery(failed, attempt, 0));
  expect(pauses).toEqual([1_000, 2_000, 4_000, 300_000, 300_000]);
  expect(retryDelivery({ ...failed, retryAfterMs: 60_000 }, 1, 0)).toBe(60_000);
  expect(retryDelivery({ ...failed, retryAfterMs: Number.MAX_SAFE_INTEGER }, 1, 0)).toBe(3_600_000);
  expect(retryDelivery(failed, 1, 24 * 3_600_000)).toBeNull();
  expect(retryDelivery({ kind: "refused", fault: "" }, 1, 0)).toBeNull();
});

test("a window holds back what it names, while it lasts, and the last of several ends it", () => {
  const window = {
    id: crypto.randomUUID(),
    sites: ["north"],
    rules: [],
    startsAtEpochMs: 10,
    endsAtEpochMs: 20,
  };
  const alert = { ruleId: "agent-offline", scope: { site: "north" } };
  const at = (now: number) => heldUntil([window], alert, now);
  expect([at(9), at(10), at(19), at(20)]).toEqual([null, 20, 20, null]);
  expect(heldUntil([window], { ...alert, scope: { site: "south" } }, 15)).toBeNull();
  expect(heldUntil([window], { ...alert, scope: {} }, 15)).toBeNull();
  expect(heldUntil([{ ...window, rules: ["other"] }], alert, 15)).toBeNull();
  expect(heldUntil([{ ...window, rules: ["agent-offline"] }], alert, 15)).toBe(20);
  const all = { ...window, sites: [], endsAtEpochMs: 30 };
  expect(heldUntil([all, window], alert, 15)).toBe(30);
  expect(heldUntil([all], { ...alert, scope: {} }, 15)).toBe(30);
});
