import { hasCode } from "@tapline/core/kernel";
import { expect, test } from "vitest";
import { EpochLimits } from "./epoch-limits.ts";

const at = 1_000_000;

test("an agent may begin anew now and then, not without end, and holds up no other", () => {
  const limits = new EpochLimits();
  const refused = (agent: string, epoch: number, nowEpochMs = at): boolean => {
    try {
      limits.assertSparing(agent, epoch, nowEpochMs);
      return false;
    } catch (error) {
      expect(hasCode(error, "overloaded")).toBe(true);
      return true;
    }
  };
  for (let epoch = 1; epoch <= 30; epoch++) expect(refused("gate-1", epoch)).toBe(false);
  expect(refused("gate-1", 31)).toBe(true);
  for (let i = 0; i < 1000; i++) expect(refused("gate-1", 30)).toBe(false);
  expect(refused("gate-2", 31)).toBe(false);
  expect(refused("gate-1", 31, at + 60_000)).toBe(false);
  expect(refused("gate-1", 32, at + 60_000)).toBe(true);
});
