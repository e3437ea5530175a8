import { expect, it } from "vitest";
import { Generation } from "./generation.ts";

function heardIn(...answers: [asked: string | null, answered: string][]) {
  let lost = 0;
  const generation = new Generation(() => {
    lost += 1;
  });
  const believed = answers.map(([asked, answered]) => generation.hear(asked, answered));
  return { believed, lost, current: generation.current };
}

it("takes the first generation as it is, and a change as a loss", () => {
  expect(heardIn([null, "a"], ["a", "a"], ["a", "b"])).toEqual({
    believed: [true, true, true],
    lost: 1,
    current: "b",
  });
});

it("does not believe an answer that was asked for in an earlier generation", () => {
  expect(heardIn([null, "a"], ["a", "b"], ["a", "a"])).toEqual({
    believed: [true, true, false],
    lost: 1,
    current: "b",
  });
});

it("takes a buffer that is not there yet for no loss, and one that is gone for one loss", () => {
  expect(heardIn([null, ""], ["", "a"]).lost).toBe(0);
  expect(heardIn([null, "a"], ["a", ""], ["", "b"]).lost).toBe(1);
});
