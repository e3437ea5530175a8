import { expect, test } from "vitest";
import type { TapStep, TapStepName } from "../../contracts/taps.ts";
import { drawSteps } from "./spans.ts";

const step = (name: TapStepName, atEpochMs: number | null): TapStep => ({
  ...{ step: name, is: atEpochMs === null ? "not-kept" : "known" },
  ...{ atEpochMs, untilEpochMs: null, what: null },
});

test("each step is drawn from the one before it of which a time is known", () => {
  const drawn = drawSteps([
    ...[step("read", 1_000), step("taken", null), step("cut", 1_040), step("archived", 1_100)],
    step("cosigned", 900_000),
  ]);
  expect(drawn.map(({ sinceMs }) => sinceMs)).toEqual([null, null, 40, 60, null]);
  expect(drawn.map(({ from, to }) => [from, to])).toEqual([
    ...[
      [0, 0],
      [null, null],
      [0, 0.4],
      [0.4, 1],
      [null, null],
    ],
  ]);
});

test("an agent's clock that is ahead makes no span below nothing", () => {
  const drawn = drawSteps([step("read", 2_000), step("cut", 1_900), step("archived", 2_100)]);
  expect(drawn.map(({ sinceMs }) => sinceMs)).toEqual([null, 0, 100]);
});

test("a tap of which one time alone is known is a dot at the beginning", () => {
  expect(drawSteps([step("read", 5)])).toMatchObject([{ sinceMs: null, from: 0, to: 0 }]);
});
