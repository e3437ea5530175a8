import { expect, test } from "vitest";
import { formatTraceparent, parseTraceparent, traceIdOf } from "./index.ts";

const trace = "0af7651916cd43dd8448eb211c80319c";
const parent = "b7ad6b7169203331";

test("the trace of a request is told by its header, in later versions of the header, too", () => {
  expect(traceIdOf(`00-${trace}-${parent}-01`)).toBe(trace);
  expect(traceIdOf(`cc-${trace}-${parent}-01-what-the-future-brings`)).toBe(trace);
});

test("a context is written as it is read, and says whether it is recorded", () => {
  for (const sampled of [true, false]) {
    const context = { traceId: trace, spanId: parent, sampled };
    expect(parseTraceparent(formatTraceparent(context))).toEqual(context);
  }
  // Flags that are not known yet stand beside the known one.
  expect(parseTraceparent(`00-${trace}-${parent}-03`)?.sampled).toBe(true);
  expect(parseTraceparent(`00-${trace}-${parent}-02`)?.sampled).toBe(false);
});

test.each([
  undefined,
  "",
  ["a"],
  `ff-${trace}-${parent}-01`,
  `00-${trace}-${parent}-01-more`,
  `00-${"0".repeat(32)}-${parent}-01`,
  `00-${trace}-${"0".repeat(16)}-01`,
  `00-${trace.toUpperCase()}-${parent}-01`,
  `00-${trace}-${parent}`,
])("%j names no trace", (header) => {
  expect(traceIdOf(header)).toBeNull();
});
