import { expect, test } from "vitest";
import { chooseReplica, leastLoaded, slowStartMs } from "./choose-replica.ts";

const nowMs = 1_000_000;
const replica = (name: string, open: number, ageMs = slowStartMs) => ({
  ...{ name, open },
  readySinceEpochMs: nowMs - ageMs,
});

test("the one with the fewest connections gets the next", () => {
  expect(leastLoaded([replica("a", 3), replica("b", 2)], nowMs)?.name).toBe("b");
  expect(leastLoaded([], nowMs)).toBeNull();
});

test("a new one gets a growing part: next to nothing at first, half of the others' when half its time is over", () => {
  expect(leastLoaded([replica("old", 8), replica("new", 0, 0)], nowMs)?.name).toBe("old");
  expect(leastLoaded([replica("old", 10), replica("new", 0, 0)], nowMs)?.name).toBe("new");
  expect(leastLoaded([replica("old", 9), replica("new", 5, slowStartMs / 2)], nowMs)?.name).toBe("old");
  expect(leastLoaded([replica("old", 9), replica("new", 3, slowStartMs / 2)], nowMs)?.name).toBe("new");
});

test("a colour gets its share, and all of it where the other has nobody ready", () => {
  const both = { blue: [replica("b", 0)], green: [replica("g", 50)] };
  const chosen = (percent: number, chance: number) => chooseReplica(both, percent, chance, nowMs)?.name;
  expect([chosen(0, 0), chosen(30, 0.29), chosen(30, 0.3), chosen(100, 0.999)]).toEqual(["b", "g", "b", "g"]);
  expect(chooseReplica({ ...both, green: [] }, 100, 0, nowMs)?.name).toBe("b");
  expect(chooseReplica({ ...both, blue: [] }, 0, 0, nowMs)?.name).toBe("g");
  expect(chooseReplica({ blue: [], green: [] }, 0, 0, nowMs)).toBeNull();
});
