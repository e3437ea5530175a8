import { shiftPhases } from "@tapline/core/rollout";
import { expect, test } from "vitest";
import { actorName, checkValue, phaseWords, standOf } from "./release-words.ts";

test("each phase has its words; what stands still or goes back calls for somebody", () => {
  expect(Object.keys(phaseWords).toSorted()).toEqual([...shiftPhases].toSorted());
  const calling = shiftPhases.filter((phase) => standOf({ phase, held: null }).isCalling);
  expect(calling).toEqual(["returning", "clearing"]);
  expect(standOf({ phase: "routing", held: "somebody changed the share" })).toEqual({
    ...{ words: "Stands still", isCalling: true },
  });
});

test("evidence is told in its unit, and what nobody knows as such", () => {
  expect([checkValue("errors", 0.0314), checkValue("latency", 12.34), checkValue("refused", null)]).toEqual([
    ...["3.1 %", "12", "–"],
  ]);
  expect([actorName("operator/1", { "1": "Ada" }), actorName("job/release-control", {})]).toEqual([
    ...["Ada", "release-control"],
  ]);
});
