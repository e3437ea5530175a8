import type { BufferedTap } from "@tapline/core/buffer";
import type { TapVerdict } from "@tapline/core/validation";
import { expect, test } from "vitest";
import { receiptsOf } from "./receipts.ts";

const mine = "01939b6c-0000-7000-8000-000000000001";
const other = "01939b6c-0000-7000-8000-000000000002";

const tap = (agent: string, epoch: number, seq: number) => ({
  buffered: { agent, epoch, seq } as BufferedTap,
});

test("each agent and epoch gets one receipt with its own verdicts", () => {
  const taps = [tap("a", 1, 1), tap("b", 1, 1), tap("a", 1, 2), tap("a", 2, 1)];
  const verdicts: TapVerdict[] = [
    { is: "accepted" },
    { is: "accepted" },
    { is: "rejected", reason: "schema", detail: "x", rules: 1 },
    { is: "accepted" },
  ];
  const receipts = receiptsOf(mine, taps, verdicts, 5);
  expect(receipts.map(({ agent, receipt }) => [agent, receipt.epoch, receipt.verdicts.length])).toEqual([
    ["a", 1, 2],
    ["b", 1, 1],
    ["a", 2, 1],
  ]);
  expect(receipts[0]?.receipt).toMatchObject({
    level: "archived",
    verdicts: [
      { verdict: "archived", segment: mine },
      { verdict: "rejected", reason: "schema" },
    ],
  });
});

test("a duplicate of a tap in another open segment waits for that segment; one of this segment does not", () => {
  const taps = [tap("a", 1, 1), tap("a", 1, 2)];
  const receipts = receiptsOf(
    mine,
    taps,
    [
      { is: "duplicate", segment: other },
      { is: "duplicate", segment: mine },
    ],
    5,
  );
  expect(receipts.map(({ waitsFor }) => waitsFor)).toEqual([other, null]);
});

test("a tap that is on its way elsewhere gets its answer from there, one archived before gets it now", () => {
  const taps = [tap("a", 1, 1), tap("a", 1, 2)];
  const receipts = receiptsOf(
    mine,
    taps,
    [
      { is: "redelivered", segment: other },
      { is: "archived", segment: other },
    ],
    5,
  );
  expect(receipts).toHaveLength(1);
  expect(receipts[0]?.receipt.verdicts).toEqual([{ seq: 2, verdict: "archived", segment: other }]);
});
