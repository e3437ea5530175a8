import { expect, test } from "vitest";
import { sha256 } from "../kernel/index.ts";
import { encodeTap, flatten, type Tap } from "../tap/index.ts";
import {
  agentRuns,
  archiveRecord,
  checkContents,
  LineWriter,
  recordsIn,
  type SegmentMember,
  tapRuns,
} from "./index.ts";

const tap = (trackerSeq: number): Tap => ({
  ...{ trackerId: "0011223344556677", epoch: 1, seq: trackerSeq, t0EpochS: 1_790_000_000 },
  ...{ samples: [[0, 70, 10]], batteryPercent: 50, uptimeS: 100 },
});

/** Taps of one tracker by their numbers, the agent's beside the tracker's. */
function segment(numbers: readonly (readonly [trackerSeq: number, seq: number])[]) {
  const made = numbers.map(([trackerSeq, seq]) => {
    const payload = encodeTap(tap(trackerSeq));
    const member: SegmentMember = {
      ...{ tracker: tap(trackerSeq).trackerId, trackerEpoch: 1, trackerSeq },
      ...{ agent: "gate-1", epoch: 1, seq, digest: sha256(payload) },
    };
    const buffered = {
      ...{ agent: "gate-1", epoch: 1, seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 },
      ...{ traceparent: "", payload },
    };
    const line = new LineWriter(256);
    archiveRecord(line, buffered, flatten(tap(trackerSeq)), null);
    return { member, line: line.take().toString() };
  });
  const members = made.map(({ member }) => member);
  return {
    lines: Buffer.from(made.map(({ line }) => line).join("")),
    named: { tapRuns: tapRuns(members), agentRuns: agentRuns(members) },
  };
}

test("lines that hold what their proof names are right, and are counted", () => {
  const { lines, named } = segment([
    [1, 1],
    [2, 2],
    [5, 3],
  ]);
  expect(checkContents(lines, named)).toEqual({ taps: 3, outOfOrder: 0 });
});

test("a tap that was archived behind a later one of its agent is counted as out of order", () => {
  const { lines, named } = segment([
    [1, 1],
    [3, 3],
    [2, 2],
  ]);
  expect(checkContents(lines, named)).toEqual({ taps: 3, outOfOrder: 1 });
});

test("another tap, one too few, one twice, another agent's number: each is refused", () => {
  const right = segment([
    [1, 1],
    [2, 2],
  ]);
  const wrong = [
    segment([
      [1, 1],
      [3, 2],
    ]),
    segment([[1, 1]]),
    segment([
      [1, 1],
      [2, 2],
      [2, 3],
    ]),
    segment([
      [1, 1],
      [2, 4],
    ]),
  ];
  for (const { lines } of wrong)
    expect(() => checkContents(lines, right.named)).toThrow("not those of its proof");
});

test("changed measurements are refused though the numbers are the same", () => {
  const { lines, named } = segment([[1, 1]]);
  const changed = Buffer.from(lines.toString().replace("[0,70,10]", "[0,71,10]"));
  expect(changed.equals(lines)).toBe(false);
  expect(() => checkContents(changed, named)).toThrow("not those of its proof");
});

test("what is no line of a tap is named by its number", () => {
  const { named } = segment([[1, 1]]);
  expect(() => checkContents(Buffer.from('{"tap":1}\n'), named)).toThrow("line 1");
  expect(() => [...recordsIn(Buffer.from('{}\n{"a'))]).toThrow("line 2 has no end");
  expect(() => [...recordsIn(Buffer.from("{}\n{}\n{,}\n"))]).toThrow("line 3 is not JSON");
});
