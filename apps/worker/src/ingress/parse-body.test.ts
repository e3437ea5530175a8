import { hasCode } from "@tapline/core/kernel";
import { maxTapsPerRequest } from "@tapline/core/tap";
import { expect, test } from "vitest";
import { parseBody } from "./parse-body.ts";

const refused = (text: string): boolean => {
  try {
    parseBody(text);
    return false;
  } catch (error) {
    return hasCode(error, "invalid-input");
  }
};

test("a full batch passes", () => {
  const reader = `[gate] "1"${",".repeat(118)}`;
  const tap = { seq: 1, readAtEpochMs: 1, reader, payload: "AAAA", traceparent: "00-a-b-01" };
  const body = { epoch: 1, taps: Array.from({ length: maxTapsPerRequest }, () => tap) };
  expect(parseBody(JSON.stringify(body))).toEqual(body);
});

test("what would hold the event loop is refused before it is parsed", () => {
  const startedAt = performance.now();
  expect(refused("[".repeat(1_000_000))).toBe(true);
  expect(refused(`[${"[],".repeat(300_000)}[]]`)).toBe(true);
  expect(refused(`{${Array.from({ length: 100_000 }, (_, i) => `"k${i}":1`).join(",")}}`)).toBe(true);
  expect(refused(`[${"1,".repeat(1_000_000)}1]`)).toBe(true);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
});

test("what is no JSON is refused with a short reason", () => {
  expect(refused("{not json")).toBe(true);
  expect(refused("")).toBe(true);
});
