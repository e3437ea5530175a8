import { mostLogLength, mostLogLines } from "@tapline/core/tap";
import { expect, test } from "vitest";
import { LogTail } from "./log-tail.ts";

function tail() {
  const written: string[] = [];
  return { written, log: new LogTail({ write: (line) => void written.push(line) }) };
}

test("all lines are written, and the last ones can be asked for", () => {
  const { written, log } = tail();
  expect(log.last(5)).toEqual({ text: "", cut: false });
  for (let n = 1; n <= 8; n++) log.write(`line ${n}\n`);
  expect(written).toHaveLength(8);
  expect(log.last(2)).toEqual({ text: "line 7\nline 8\n", cut: false });
  expect(log.last(100).text).toMatch(/^line 1\n/);
});

test("no more are kept than may be asked for, however long it runs", () => {
  const { log } = tail();
  for (let n = 1; n <= 5 * mostLogLines; n++) log.write(`${n}\n`);
  const { text } = log.last(mostLogLines);
  expect(text.split("\n")).toHaveLength(mostLogLines + 1);
  expect(text.endsWith(`\n${5 * mostLogLines}\n`)).toBe(true);
});

test("what is too long to be sent is left out, the oldest first, and a long line is cut", () => {
  const { log } = tail();
  for (let n = 1; n <= 100; n++) log.write(`${n} ${"x".repeat(2_000)}\n`);
  const { text, cut } = log.last(100);
  expect(text.length).toBeLessThanOrEqual(mostLogLength);
  expect(text.length).toBeGreaterThan(mostLogLength - 3_000);
  expect([cut, text.includes("\n100 "), text.startsWith("1 ")]).toEqual([true, true, false]);
  log.write(`${"y".repeat(100_000)}\n`);
  const long = log.last(1);
  expect(long.text).toHaveLength(4_096);
  expect(long.text.endsWith("…\n")).toBe(true);
});
