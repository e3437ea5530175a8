import fc from "fast-check";
import { expect, test } from "vitest";
import { hasCode } from "../kernel/index.ts";
import {
  agentRuns,
  buildStatement,
  countOf,
  duplicateRuns,
  intersect,
  type KnownEnd,
  merge,
  type OpenGap,
  readStatement,
  reconcileGaps,
  type SeqRange,
  statementPaths,
  subtract,
  tallyEnds,
} from "./index.ts";

const r = (first: number, last = first): SeqRange => ({ first, last });
const numbers = (ranges: readonly SeqRange[]): number[] =>
  ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
const someRanges = fc.array(
  fc.tuple(fc.nat(60), fc.nat(9)).map(([first, length]) => r(first, first + length)),
  { maxLength: 8 },
);

test("range arithmetic is what sets of numbers do", () => {
  fc.assert(
    fc.property(someRanges, someRanges, (a, b) => {
      const [one, other] = [merge(a), merge(b)];
      const [inOne, inOther] = [new Set(numbers(a)), new Set(numbers(b))];
      expect(numbers(one)).toEqual([...inOne].sort((x, y) => x - y));
      expect(numbers(subtract(one, other))).toEqual(numbers(one).filter((n) => !inOther.has(n)));
      expect(numbers(intersect(one, other))).toEqual(numbers(one).filter((n) => inOther.has(n)));
      expect(countOf(one)).toBe(inOne.size);
    }),
  );
});

test("each number counts once, archived before duplicate before rejected; the rest is missing", () => {
  const [run] = agentRuns([1, 2, 5, 9].map((seq) => ({ agent: "a", epoch: 1, seq })));
  const ends: KnownEnd[] = [
    { kind: "archived", firstSeq: 1, lastSeq: 9, members: run?.members ?? Buffer.alloc(0) },
    { kind: "duplicate", firstSeq: 2, lastSeq: 3, members: Uint8Array.of(0b11) },
    { kind: "rejected", firstSeq: 3, lastSeq: 4, members: null },
  ];
  expect(tallyEnds(r(1, 9), ends)).toEqual({
    ...{ archived: 4, duplicate: 1, rejected: 1 },
    missing: [r(6, 8)],
  });
  expect(tallyEnds(r(3, 6), ends)).toEqual({ archived: 1, duplicate: 1, rejected: 1, missing: [r(6)] });
});

test("a claim of 2^52 numbers costs no more than a claim of ten", () => {
  expect(tallyEnds(r(1, 2 ** 52), []).missing).toEqual([r(1, 2 ** 52)]);
});

test("duplicates are grouped by who holds the first copy", () => {
  const tap = (seq: number, heldBy: string) => ({ agent: "a", epoch: 1, seq, heldBy });
  const runs = duplicateRuns([tap(4, "x"), tap(5, "y"), tap(6, "x")]);
  expect(runs.map(({ heldBy, firstSeq, lastSeq, count }) => [heldBy, firstSeq, lastSeq, count])).toEqual([
    ["x", 4, 6, 2],
    ["y", 5, 5, 1],
  ]);
});

const gap = (first: number, last: number, id = BigInt(first)): OpenGap => ({
  id,
  first,
  last,
  openedAtEpochMs: 1,
});

test("gaps open, split and close; what was not looked at stays", () => {
  expect(reconcileGaps([r(1, 20)], [r(5, 9)], [])).toEqual({ opened: [r(5, 9)], changed: [] });
  const split = reconcileGaps([r(5, 9)], [r(5, 6), r(8, 9)], [gap(5, 9), gap(30, 31)]);
  expect(split.opened).toEqual([]);
  expect(split.changed).toEqual([{ gap: gap(5, 9), open: [r(5, 6), r(8, 9)], filled: [r(7)] }]);
  expect(reconcileGaps([r(5, 9)], [], [gap(5, 9)]).changed).toEqual([
    { gap: gap(5, 9), open: [], filled: [r(5, 9)] },
  ]);
  const beyond = reconcileGaps([r(7, 20)], [r(9, 11)], [gap(5, 9)]);
  expect(beyond).toEqual({
    opened: [r(10, 11)],
    changed: [{ gap: gap(5, 9), open: [r(5, 6), r(9)], filled: [r(7, 8)] }],
  });
});

test("doing the same twice changes nothing, whatever came between", () => {
  fc.assert(
    fc.property(someRanges, (missing) => {
      const { opened } = reconcileGaps([r(0, 80)], missing, []);
      const listed = opened.map(({ first, last }) => gap(first, last));
      expect(reconcileGaps([r(0, 80)], missing, listed)).toEqual({ opened: [], changed: [] });
    }),
  );
});

const epoch = {
  epoch: 1,
  first: 1,
  last: 9,
  archived: 5,
  duplicates: 1,
  rejected: 1,
  pending: 0,
  unjudged: 0,
};
const facts = { agent: "gate-1", day: "2026-11-24", madeAtEpochMs: 5 };

test("a statement says no gap only where every number has an end", () => {
  const whole = { ...epoch, archived: 7, holes: [] };
  expect(buildStatement({ ...facts, epochs: [whole] }).statement.noGap).toBe(true);
  expect(buildStatement({ ...facts, epochs: [] }).statement.noGap).toBe(true);
  for (const change of [
    { holes: [[8, 9] as [number, number]], archived: 5 },
    { pending: 2 },
    { unjudged: 2 },
  ])
    expect(buildStatement({ ...facts, epochs: [{ ...whole, ...change }] }).statement.noGap).toBe(false);
});

test("a statement is read as it was written, and refused otherwise", () => {
  const { statement, bytes } = buildStatement({ ...facts, epochs: [{ ...epoch, holes: [[8, 9]] }] });
  expect(readStatement(bytes)).toEqual(statement);
  const changed = [
    bytes.toString().replace('"noGap":false', '"noGap":true'),
    bytes.toString().replace('"archived":5', '"archived":7'),
    bytes.toString().replace("{", "{ "),
    "[]",
    "no JSON",
  ];
  for (const text of changed) {
    let error: unknown;
    try {
      readStatement(Buffer.from(text));
    } catch (thrown) {
      error = thrown;
    }
    expect(hasCode(error, "corrupt")).toBe(true);
  }
});

test("statements lie in a folder of their own, by day", () => {
  expect(statementPaths("gate-1", "2026-11-24")).toEqual({
    statement: "statements/2026/11/24/agent-gate-1.json",
    signature: "statements/2026/11/24/agent-gate-1.json.p7s",
  });
});
