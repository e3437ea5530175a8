import { expect, test } from "vitest";
import { agentView, now } from "./agent.fixture.ts";
import { standingOf } from "./agent-standing.ts";
import { agentsAddress, isMeant, isShown, rolloutsOpen } from "./view.ts";

const { read: readView, write: writeView } = agentsAddress;

test("an address and a view are the same; what it does not name is as usual", () => {
  const usual = { show: "all", site: null, text: "", by: "agent", open: null } as const;
  expect(readView(new URLSearchParams(""))).toEqual(usual);
  expect(writeView(usual)).toBe("");
  const view = {
    ...({ show: "offline", by: "site" } as const),
    ...{ site: "north", text: "gate 1.2", open: "gate-7" },
  };
  expect(readView(new URLSearchParams(writeView(view)))).toEqual(view);
  expect(readView(new URLSearchParams("?show=nonsense"))).toEqual(usual);
  const rollouts = { ...usual, open: rolloutsOpen };
  expect(writeView(rollouts)).toBe("?open=rollouts");
  expect(readView(new URLSearchParams("?open=rollouts"))).toEqual(rollouts);
});

test("all words must stand in what is told of an agent", () => {
  const standing = standingOf(agentView("gate-7", {}, { readers: { failed: 1 } }), now);
  const isFound = (text: string, site: string | null = null) => isMeant(standing, { site, text });
  expect([isFound(""), isFound("GATE pc-1"), isFound("1.2.0 silent")]).toEqual([true, true, true]);
  expect([isFound("gate nine"), isFound("gate", "south"), isFound("gate", "north")]).toEqual([
    ...[false, false, true],
  ]);
});

test("those that are not well are found whatever their state", () => {
  const [well, deaf] = [agentView("a"), agentView("b", {}, { readers: { failed: 1 } })].map((agent) =>
    standingOf(agent, now),
  );
  expect([isShown(well!, "trouble"), isShown(deaf!, "trouble"), isShown(deaf!, "online")]).toEqual([
    ...[false, true, true],
  ]);
});
