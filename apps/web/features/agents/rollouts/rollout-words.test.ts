import { expect, test } from "vitest";
import { heldUpBy, ringsOf, trackWords } from "./rollout-words.ts";

test("rings are read as they are typed", () => {
  expect(ringsOf(" ")).toBeNull();
  expect(ringsOf("0, 1,2 7")).toEqual([0, 1, 2, 7]);
  expect([ringsOf("one"), ringsOf("1.5"), ringsOf("-1"), ringsOf("1001")]).toEqual(Array(4).fill(undefined));
});

test("a track says what holds, or what is on its way and how far", () => {
  const calm = { kind: "config", standing: 0, rollout: null, rings: [], acts: [] } as const;
  expect(trackWords(calm)).toBe("No settings from the server for all. Nothing is under way.");
  const rollout = {
    id: 4,
    target: "1.3.0",
    base: null,
    rings: [0, 2],
    reached: 1,
    state: "running",
  } as const;
  const moving = { kind: "version", standing: null, rollout, rings: [], acts: [] } as const;
  expect(trackWords(moving)).toBe("From any version to version 1.3.0: given to rings up to 2.");
  expect(trackWords({ ...moving, rollout: { ...rollout, state: "halted" } })).toContain("halted at ring 2");
});

test("those that hold a ring up are named, the first of many", () => {
  const ring = { ring: 0, reached: true, agents: 6, done: 1, pinned: 0 };
  const troubled = ["a", "b", "c", "d"].map((agent) => ({ agent, trouble: "pending" as const }));
  expect(heldUpBy({ ...ring, troubled: [...troubled, { agent: "e", trouble: "silent" }] })).toBe(
    "has not got it yet: a, b, c and 1 more; not heard of: e",
  );
  expect(heldUpBy({ ...ring, troubled: [] })).toBe("");
});
