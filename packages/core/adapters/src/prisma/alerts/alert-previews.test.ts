import { defaultAlertRules } from "@tapline/core/alerts";
import { expect, test } from "vitest";
import type { PrismaClient } from "../generated/client.ts";
import { AlertPreviews } from "./index.ts";

const minuteMs = 60_000;

test("whoever else waits for the process has a turn in each minute of history, though a page of it is at hand", async () => {
  const rule = defaultAlertRules.rules.find(({ kpi }) => kpi === "taps.acceptance_ratio");
  if (rule === undefined) throw new Error("the rule is shipped no more");
  // It answers at once: what is left are the preview's own turns.
  const none = { findMany: async () => [] };
  const atOnce = { kpiSpan: none, agent: none, agentToken: none, $queryRawUnsafe: async () => [] };
  const previews = new AlertPreviews(atOnce as unknown as PrismaClient, () => 2_000 * minuteMs);
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const bounds = { spanMs: 600 * minuteMs, maxScopes: 10, limitMs: 60_000 };
  const { unjudged } = await previews.preview(rule, bounds);
  isOver = true;
  expect(unjudged.missingMs).toBe(600 * minuteMs);
  expect(turns).toBeGreaterThan(500);
});
