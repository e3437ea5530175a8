import { expect, test } from "vitest";
import { Tally } from "./tally.ts";

test("counts each key, in runs or not", () => {
  const tally = new Tally<string>();
  for (const key of ["front", "front", "back", "front", "back", "back"]) tally.add(key);
  expect([...tally.counts()]).toEqual([
    { key: "front", times: 3 },
    { key: "back", times: 3 },
  ]);
  expect([...new Tally<number>().counts()]).toEqual([]);
});
