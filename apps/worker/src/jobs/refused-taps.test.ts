import type { TapVerdict } from "@tapline/core/validation";
import { expect, test } from "vitest";
import { quotaCounts } from "./refused-taps.ts";
import type { LoadedTap } from "./segment-loader.ts";

const tap = (agent: string, seq: number): LoadedTap => ({
  buffered: {
    ...{ agent, epoch: 1, seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 },
    ...{ traceparent: "", payload: Buffer.alloc(1_500) },
  },
  opened: { ok: false, reason: "schema", detail: "" },
  digest: Buffer.alloc(32, seq),
});
const accepted: TapVerdict = { is: "accepted" };
const redelivered: TapVerdict = { is: "redelivered", segment: "first" };
const rejected: TapVerdict = { is: "rejected", reason: "schema", detail: "d", rules: 1 };
const two = { counts: 2, countsOver: 1 };
const one = { counts: 1, countsOver: 1 };

test("what is sent again under the same numbers counts nothing beside a tap that is archived", () => {
  expect(quotaCounts([tap("a", 1), tap("b", 1)], [redelivered, accepted])).toEqual(new Map());
});

test("a segment of which nothing is archived counts one for each of its agents, however many taps it has", () => {
  const taps = [tap("a", 1), tap("a", 2), tap("b", 1)];
  const again = taps.map(() => redelivered);
  expect(quotaCounts(taps, again)).toEqual(
    new Map([
      ["a", one],
      ["b", one],
    ]),
  );
});

test("but nothing more for an agent of which a refused tap counts", () => {
  const taps = [tap("a", 1), tap("a", 2), tap("b", 1)];
  expect(quotaCounts(taps, [rejected, redelivered, redelivered])).toEqual(
    new Map([
      ["a", two],
      ["b", one],
    ]),
  );
});
