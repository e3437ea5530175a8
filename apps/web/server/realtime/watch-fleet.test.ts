import type { BoardAgent } from "@tapline/adapters/prisma/fleet";
import { expect, test } from "vitest";
import { FleetWatch } from "./watch-fleet.ts";

/** A fleet of which a test says what is read, and a browser that is told. */
function watched() {
  const state = { agents: new Map<string, number>(), mark: "a", isWatched: true, isAway: false, now: 0 };
  const log: string[] = [];
  const asked: number[] = [];
  const read = (ids: readonly string[] | null) =>
    [...state.agents]
      .filter(([id]) => ids === null || ids.includes(id))
      .map(([id, ring]) => ({ id, ring, readAtEpochMs: state.now }) as BoardAgent);
  const watch = new FleetWatch({
    board: {
      list: async (ids = null) => read(ids),
      news: async (withinMs) => {
        asked.push(withinMs);
        return [...state.agents.keys()].filter((id) => id.startsWith("new"));
      },
      mark: async () => {
        if (state.isAway) throw new Error("away");
        return state.mark;
      },
    },
    isWatched: () => state.isWatched,
    tell: (agents) => log.push(agents.map(({ id, ring }) => `${id}:${ring}`).join(" ")),
    missed: () => log.push("missed"),
    logger: { warn: () => {} },
    clock: () => state.now,
  });
  return { state, log, asked, look: () => watch.look() };
}

test("what is read first is asked for anew by browsers; then they hear of what is other, once", async () => {
  const { state, log, look } = watched();
  state.agents.set("old", 1).set("new", 1);
  await look();
  await look();
  state.agents.set("new", 2).set("old", 2);
  await look();
  await look();
  expect(log).toEqual(["missed", "new:2"]);
});

test("a change that leaves no trace is seen within half a minute, one that moves a mark at once", async () => {
  const { state, log, look } = watched();
  state.agents.set("old", 1);
  await look();
  state.agents.set("old", 2);
  state.mark = "b";
  await look();
  state.agents.set("old", 3);
  state.now = 29_000;
  await look();
  state.now = 30_000;
  await look();
  expect(log).toEqual(["missed", "old:2", "old:3"]);
});

test("while it cannot be read browsers are told once; then all is read at once, whatever changed meanwhile", async () => {
  const { state, log, look } = watched();
  state.agents.set("new", 1).set("old", 1);
  await look();
  state.isAway = true;
  await look();
  await look();
  state.agents.set("new", 2).set("old", 2);
  state.isAway = false;
  await look();
  state.agents.set("old", 3);
  await look();
  expect(log).toEqual(["missed", "missed", "new:2 old:2"]);
});

test("news are asked for since the look before, however long that is, and for what doors keep late", async () => {
  const { state, asked, look } = watched();
  for (const now of [5_000, 6_000, 18_000]) {
    state.now = now;
    await look();
  }
  expect(asked).toEqual([11_000, 22_000]);
});

test("nothing is read while nobody watches, and whoever comes then begins anew", async () => {
  const { state, log, look } = watched();
  await look();
  state.isWatched = false;
  state.isAway = true;
  await look();
  [state.isWatched, state.isAway] = [true, false];
  await look();
  expect(log).toEqual(["missed", "missed"]);
});
