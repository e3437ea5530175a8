import type { TapVerdict } from "@tapline/core/validation";
import { expect, test } from "vitest";
import { equivocationEntries } from "./equivocation-entries.ts";
import type { LoadedTap } from "./segment-loader.ts";

const tap = (seq: number): LoadedTap => ({
  buffered: {
    ...{ agent: "gate-1", epoch: 1, seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 },
    ...{ traceparent: "", payload: Buffer.alloc(0) },
  },
  opened: { ok: false, reason: "schema", detail: "" },
  digest: Buffer.alloc(32, 0xab),
});
const twice: TapVerdict = {
  ...{ is: "rejected", reason: "equivocation", detail: "d", rules: 1 },
  first: { segment: "first", digest: "0011223344556677" },
};

test("each number used twice has an entry with both contents and segments; other refusals have none", () => {
  const other: TapVerdict = { is: "rejected", reason: "schema", detail: "d", rules: 1 };
  const entries = equivocationEntries([tap(1), tap(2), tap(3)], [{ is: "accepted" }, twice, other], "s", 5);
  expect(entries).toMatchObject([
    {
      action: "tap.equivocation",
      subject: "tap/gate-1/1/2",
      facts: {
        segment: "s",
        sha256: "ab".repeat(32),
        firstSegment: "first",
        firstSha256Head: "0011223344556677",
      },
    },
  ]);
});

test("a flood of them makes twenty entries, of which the last one says how many there were", () => {
  const taps = Array.from({ length: 50 }, (_, i) => tap(i + 1));
  const entries = equivocationEntries(
    taps,
    taps.map(() => twice),
    "s",
    5,
  );
  expect(entries).toHaveLength(20);
  expect(entries.at(-1)?.facts).toMatchObject({ inSegment: 50 });
});
