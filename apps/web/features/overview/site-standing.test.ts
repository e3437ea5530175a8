import { expect, test } from "vitest";
import type { AgentView } from "../../contracts/agents.ts";
import { standingsOf } from "./site-standing.ts";

const now = Date.UTC(2026, 4, 1, 12);
const agent = (site: string, seenAgoMs: number | null, given: Partial<AgentView> = {}) =>
  ({
    ...{ id: `${site}-1`, site, revokedAtEpochMs: null, lastArchivedAtEpochMs: null },
    last:
      seenAgoMs === null
        ? null
        : { report: { outbox: { taps: 3 } }, seenAtEpochMs: now - seenAgoMs, heardWithinMs: 30_000 },
    ...given,
  }) as unknown as AgentView;

test("each site is told of, also where no agent stands, and those with agents that are offline first", () => {
  const agents = [
    agent("north", 1_000, { lastArchivedAtEpochMs: now - 9 }),
    agent("north", null, { lastArchivedAtEpochMs: now - 5 }),
    agent("south", 90_000),
  ];
  expect(standingsOf(["east", "north", "south"], agents, now)).toMatchObject([
    {
      site: "south",
      agents: 1,
      counts: { offline: 1, online: 0 },
      waitingTaps: 3,
      lastArchivedAtEpochMs: null,
    },
    { site: "east", agents: 0, waitingTaps: 0, lastArchivedAtEpochMs: null },
    {
      ...{ site: "north", agents: 2, counts: { online: 1, "never-seen": 1, offline: 0 } },
      ...{ waitingTaps: 3, lastArchivedAtEpochMs: now - 5 },
    },
  ]);
});
