import { expect, it } from "vitest";
import { afterFault, type FaultFacts } from "./retry-policy.ts";

const facts: FaultFacts = {
  reason: "failed",
  tries: 1,
  rereads: 3,
  isThere: true,
  isOver: false,
  isBusyTold: false,
};

it("tries a passing fault again while the tag lies there, and tells it once the tries are used up", () => {
  expect(afterFault(facts)).toEqual({ isTold: false, retryAfterMs: 50 });
  expect(afterFault({ ...facts, tries: 4 })).toEqual({ isTold: true, retryAfterMs: null });
  expect(afterFault({ ...facts, isOver: true })).toEqual({ isTold: true, retryAfterMs: null });
});

it("tells at once that a tag has left, or what no second try can mend", () => {
  const told = { isTold: true, retryAfterMs: null };
  expect(afterFault({ ...facts, reason: "removed", isThere: false })).toEqual(told);
  for (const reason of ["collision", "not-a-tap", "unsupported", "torn", "stalled"] as const)
    expect(afterFault({ ...facts, reason })).toEqual(told);
});

it("tells after three tries that another program holds the card, once, and goes on trying", () => {
  const busy = { ...facts, reason: "busy" } as const;
  expect(afterFault({ ...busy, tries: 2 })).toEqual({ isTold: false, retryAfterMs: 100 });
  expect(afterFault({ ...busy, tries: 3 })).toEqual({ isTold: true, retryAfterMs: 1000 });
  expect(afterFault({ ...busy, tries: 9, isBusyTold: true })).toEqual({ isTold: false, retryAfterMs: 1000 });
  expect(afterFault({ ...busy, isThere: false, isBusyTold: true }).isTold).toBe(false);
});
