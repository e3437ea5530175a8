import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeBase45, encodeBase45 } from "./index.ts";

test.each([
  ["AB", "BB8"],
  ["Hello!!", "%69 VD92EX0"],
  ["base-45", "UJCLQE7W581"],
  ["ietf!", "QED8WEX0"],
])("%s is %s (RFC 9285 §4.3)", (plain, text) => {
  expect(encodeBase45(Buffer.from(plain))).toBe(text);
  expect(decodeBase45(text)?.toString()).toBe(plain);
});

test("any bytes come back; what is no Base45 is none", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(decodeBase45(encodeBase45(bytes))).toEqual(Buffer.from(bytes));
    }),
  );
  for (const text of ["A", "ABCD", "aBC", "GGW", ":::", "U5:", "Ä0"]) {
    const bytes = decodeBase45(text);
    if (bytes !== null) expect(encodeBase45(bytes)).toBe(text);
  }
  expect(["A", "aBC", "GGW", "::", ":::"].map(decodeBase45)).toEqual([null, null, null, null, null]);
});
