import { expect, test } from "vitest";
import { judged } from "./read-archives.ts";

const now = 1_800_000_000_000;
const seen = (name: string) =>
  ({ name, state: "answers", sinceEpochMs: null, awaySinceEpochMs: null, why: "" }) as const;
const worker = (agoMs: number, forMs: number) => ({
  ...{ instance: `w-${agoMs}`, roles: ["transfer"], agoMs },
  awayArchives: [{ archive: "main", forMs, why: "unavailable" as const, error: "no answer within 20 s" }],
});

test("what workers say counts before a look of our own: they notice in their work", () => {
  const [main, second] = judged([seen("main"), seen("second")], [worker(1_000, 60_000)], now);
  expect(main).toMatchObject({
    ...{ state: "away", awaySinceEpochMs: now - 61_000, why: "no answer within 20 s" },
  });
  expect(second).toEqual(seen("second"));
});

test("what a worker said before it fell silent does not count", () => {
  expect(judged([seen("main")], [worker(30_000, 60_000)], now)).toEqual([seen("main")]);
});
