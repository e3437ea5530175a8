import { expect, test } from "vitest";
import { drawLandscape } from "./draw-landscape.ts";
import type { Lone } from "./lone.ts";

const wanted = { fence: 0, changes: 0, workloads: [], shares: {} };
const web: Lone = {
  service: "web",
  standing: () => ({ state: "ready", startedAtEpochMs: 1, restarts: 0 }),
  renew: async () => undefined,
};

test("of the console one release runs here, and why is told", () => {
  const { workloads, fixed } = drawLandscape(wanted, { slots: [], leaving: [], lone: [web] });
  expect(workloads).toMatchObject([{ service: "web", wanted: 1 }]);
  expect(fixed).toEqual({ web: expect.stringContaining("one process on one port") });
  expect(drawLandscape(wanted, { slots: [], leaving: [], lone: [] }).fixed).toBeUndefined();
});
