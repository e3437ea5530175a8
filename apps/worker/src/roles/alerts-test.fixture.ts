import { test as base } from "vitest";
import { openAlerts } from "./alerts.fixture.ts";

/** With a Redis and a database of its own. `test.concurrent`: most of their time such tests wait for what watches. */
export const test = base.extend("alerts", async ({ onTestFinished }) => {
  const alerts = await openAlerts();
  onTestFinished(() => alerts.end());
  return alerts;
});
