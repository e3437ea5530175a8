import { expect, test } from "vitest";
import { heldFor } from "./held-for.ts";

test("what was read holds for its time, and a failure does not", async () => {
  let nowMs = 0;
  const answers: (number | Error)[] = [1, new Error("away"), 3];
  const read = heldFor(
    100,
    async () => {
      const answer = answers.shift();
      if (typeof answer !== "number") throw answer;
      return answer;
    },
    () => nowMs,
  );
  expect([await read(), await read()]).toEqual([1, 1]);
  nowMs = 100;
  await expect(read()).rejects.toThrow("away");
  expect(await read()).toBe(3);
});

test("what is held for good is read once, and not before it was had", async () => {
  const answers: (number | Error)[] = [new Error("not loaded"), 1];
  const read = heldFor(Number.POSITIVE_INFINITY, async () => {
    const answer = answers.shift();
    if (typeof answer !== "number") throw answer;
    return answer;
  });
  await expect(read()).rejects.toThrow("not loaded");
  expect([await read(), await read()]).toEqual([1, 1]);
});
