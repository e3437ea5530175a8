import { expect, test } from "vitest";
import { tapTraces } from "./index.ts";

const id = (i: number): string => String(i).padStart(32, "a");
const traceparent = (i: number, flags = "01"): string => `00-${id(i)}-b7ad6b7169203331-${flags}`;

test("taps that are recorded name their traces, in their order; others, and what is none, name none", () => {
  const taps = ["", traceparent(1, "00"), traceparent(2), "nonsense", traceparent(3)].map((text) => ({
    traceparent: text,
  }));
  expect(tapTraces(taps).map(({ traceId }) => traceId)).toEqual([id(2), id(3)]);
  expect(tapTraces([])).toEqual([]);
});

test("of many, the first 32 count", () => {
  const taps = Array.from({ length: 1000 }, (_, i) => ({ traceparent: traceparent(i) }));
  expect(tapTraces(taps)).toHaveLength(32);
});
