import { describe, expect, test } from "vitest";
import type { EvidenceReading } from "./evidence.ts";
import { Expression } from "./expression.ts";

const nowEpochMs = 1_790_000_000_000;
const at = (value: EvidenceReading["value"], ageMs = 1_000): EvidenceReading => ({
  ...{ value, atEpochMs: nowEpochMs - ageMs },
});
const evidence = new Map([
  ['kpi("backlog.taps")', at(5)],
  ['service("validation").p99Ms', at(40)],
  ['service("validation").cpuRatio', at(0.5, 16_000)],
  ['service("validation").heard', at(null)],
  ['service("validation").queued', at(Number.NaN)],
  ['service("validation").ready', at(2, -60_000)],
  ['replica("a").state', at("ready")],
  ['archive("main").isOpen', at(true)],
]);
const judge = (text: string, target = "validation") =>
  new Expression(text).judge({ evidence, target, nowEpochMs, maxAgeMs: 15_000 });

describe("an expression", () => {
  test("answers yes or no by what it asks for, and says what that was", () => {
    expect(judge('kpi("backlog.taps") > 4.0 && service(target).p99Ms < 50')).toEqual({
      ...{ answer: true, fault: null },
      reads: [
        { name: 'kpi("backlog.taps")', value: 5, ageMs: 1_000, fault: null },
        { name: 'service("validation").p99Ms', value: 40, ageMs: 1_000, fault: null },
      ],
    });
    expect(judge('replica("a").state == "failed"').answer).toBe(false);
    expect(judge('archive("main").isOpen').answer).toBe(true);
  });

  test.each([
    ["is missing", 'service("transfer").p99Ms > 1', "is missing"],
    ["is too old", "service(target).cpuRatio > 0.1", "is 16 s old, and counts for 15 s"],
    ["is not known", "service(target).heard > 0", "is not known"],
    ["is no number", "service(target).queued > 0", "is no number"],
    ["claims to be of the future", "service(target).ready > 0", "claims to be of 60 s from now"],
    ["is missing beside what would be enough", 'kpi("gaps.open") > 0 || true', "is missing"],
    ["is missing in a question whether it is there", 'has(service("transfer").p99Ms)', "is missing"],
  ])("holds where what it asks for %s", (_what, text, fault) => {
    expect(judge(text)).toMatchObject({ answer: null, fault: expect.stringContaining(fault) });
  });

  test.each([
    ["a number", 'kpi("backlog.taps")'],
    ["a text", "target"],
    ["types that do not fit", 'kpi("backlog.taps") / 2 > 1'],
    ["a field that there is not", "service(target).speed > 1"],
    ["a name that there is not", "nothing > 1"],
  ])("holds where it says neither yes nor no, but is of %s", (_what, text) => {
    const { answer, fault } = judge(text);
    expect(answer).toBeNull();
    expect(fault).not.toBeNull();
  });

  test("that goes through lists is none: four of 40 within each other take seconds, six hours", () => {
    const ten = `[${Array.from({ length: 10 }, (_, i) => i).join(",")}]`;
    expect(() => new Expression(`${ten}.all(a, ${ten}.exists(b, a == b))`)).toThrow("goes through a list");
    expect(judge('has(service("validation").p99Ms)').answer).toBe(true);
    expect(judge('replica("a").state in ["failed", "ready"]').answer).toBe(true);
  });
});
