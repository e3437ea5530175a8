import { expect, test } from "vitest";
import { agentView, now } from "./agent.fixture.ts";
import { standingOf } from "./agent-standing.ts";
import { sitesOf } from "./sites.ts";

const minuteMs = 60_000;
const outbox = { epoch: 1, nextSeq: 10, taps: 7, bytes: 700, oldestAgeMs: 0 };

const standings = [
  standingOf(agentView("a-1", { site: "annex" }), now),
  standingOf(agentView("a-2", { site: "annex", revokedAtEpochMs: now }), now),
  standingOf(agentView("h-1", { site: "harbour" }, { readers: { failed: 1 }, outbox }), now),
  standingOf(agentView("n-1", { site: "north" }, { readers: { failed: 1 }, outbox }), now),
  standingOf(agentView("n-2", { site: "north" }, { readers: { stalled: 1 }, outbox }), now),
  standingOf(agentView("s-1", { site: "south" }, { configRevision: 1 }), now),
  standingOf(
    agentView("z-1", {
      site: "zoo",
      last: { ...agentView("z-1").last!, seenAtEpochMs: now - 9 * minuteMs },
    }),
    now,
  ),
];

test("sites stand by the worst of their agents, then by how many call, then by name", () => {
  expect(sitesOf(standings).map(({ site }) => site)).toEqual(["zoo", "north", "harbour", "south", "annex"]);
  expect(sitesOf([])).toEqual([]);
});

test("a site counts its agents by state, those that call, and the taps that wait", () => {
  const of = (name: string) => sitesOf(standings).find(({ site }) => site === name);
  const none = { online: 0, offline: 0, "never-seen": 0, revoked: 0 };
  expect(of("annex")).toMatchObject({ counts: { ...none, online: 1, revoked: 1 }, calling: 0 });
  expect(of("north")).toMatchObject({
    ...{ counts: { ...none, online: 2 }, calling: 2, waitingTaps: 14 },
    worst: { agent: { id: "n-1" } },
  });
  // On its way to other settings, and nobody has to come for it.
  expect(of("south")).toMatchObject({ calling: 0, worst: { troubles: ["behind"] } });
});
