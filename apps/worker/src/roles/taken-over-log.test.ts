import { expect, test } from "vitest";
import { TakenOverLog } from "./taken-over-log.ts";

test("that attempts lost their jobs is a warning, once a minute with how many there were", () => {
  const lines: object[] = [];
  let nowMs = 5;
  const log = new TakenOverLog(
    { warn: (facts: object) => void lines.push(facts) },
    { stage: "transfer" },
    () => nowMs,
  );
  for (let i = 0; i < 500; i++) log.note(2);
  expect(lines).toEqual([{ stage: "transfer", attempts: 2 }]);
  nowMs += 60_000;
  log.note(1);
  expect(lines).toEqual([
    { stage: "transfer", attempts: 2 },
    { stage: "transfer", attempts: 999 },
  ]);
});
