import { expect, test } from "vitest";
import { isLoud, logLines } from "./log-lines.ts";

test("lines of a log are read, with what else they say beside", () => {
  const text = [
    '{"level":40,"time":1796000000000,"name":"nfc-agent","msg":"the link is down","why":"silent"}',
    '{"level":50,"time":1796000000001,"msg":"a fault"}',
    "plain words",
    '"a text alone"',
    "",
  ].join("\n");
  const lines = logLines(text);
  expect(lines).toEqual([
    { atEpochMs: 1_796_000_000_000, level: "warn", text: "the link is down", facts: '{"why":"silent"}' },
    { atEpochMs: 1_796_000_000_001, level: "error", text: "a fault", facts: "" },
    { atEpochMs: null, level: "", text: "plain words", facts: "" },
    { atEpochMs: null, level: "", text: '"a text alone"', facts: "" },
  ]);
  expect(lines.map(isLoud)).toEqual([false, true, false, false]);
  expect(logLines("")).toEqual([]);
  expect(logLines('{"time":1e300,"msg":"of no day"}')).toMatchObject([
    { atEpochMs: null, text: "of no day" },
  ]);
});
