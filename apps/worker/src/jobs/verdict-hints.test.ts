import type { BufferedTap } from "@tapline/core/buffer";
import { expect, test } from "vitest";
import { verdictHintsOf } from "./verdict-hints.ts";

const tap = (agent: string, seq: number, epoch = 1) => ({ buffered: { agent, epoch, seq } as BufferedTap });

test("each agent hears of its own taps, in one hint for each epoch", () => {
  const hints = verdictHintsOf(
    [tap("a", 1), tap("b", 1), tap("a", 2), tap("a", 3, 2), tap("a", 4), tap("a", 5), tap("a", 6)],
    [
      { is: "accepted" },
      { is: "rejected", reason: "unsigned", detail: "d", rules: 1 },
      { is: "duplicate", segment: "s" },
      { is: "accepted" },
      { is: "archived", segment: "s" },
      { is: "redelivered", segment: "s" },
    ],
  );
  expect([...hints]).toEqual([
    [
      "a",
      [
        { epoch: 1, accepted: [1, 4], duplicate: [2], rejected: [] },
        { epoch: 2, accepted: [3], duplicate: [], rejected: [] },
      ],
    ],
    [
      "b",
      [{ epoch: 1, accepted: [], duplicate: [], rejected: [{ seq: 1, reason: "unsigned", detail: "d" }] }],
    ],
  ]);
});
