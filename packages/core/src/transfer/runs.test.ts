import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../kernel/index.ts";
import { agentRuns, type SegmentMember, tapRuns } from "./runs.ts";

const anyMembers = fc
  .uniqueArray(
    fc.record({
      tracker: fc.constantFrom("aa", "bb"),
      trackerEpoch: fc.constantFrom(1, 2),
      trackerSeq: fc.integer({ min: 1, max: 40 }),
    }),
    { selector: (m) => `${m.tracker}/${m.trackerEpoch}/${m.trackerSeq}`, maxLength: 60 },
  )
  .map((taps) =>
    taps.map(
      (tap, i): SegmentMember => ({
        ...tap,
        agent: i % 3 === 0 ? "gate-1" : "gate-2",
        epoch: 1,
        seq: i * i * 7 + 1,
        digest: sha256(Buffer.from(`${i}`)),
      }),
    ),
  );

describe("runs of a segment", () => {
  test("name every tap once, with its digest at its place", () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        const named = tapRuns(members).flatMap((run) =>
          Array.from({ length: run.lastSeq - run.firstSeq + 1 }, (_, i) => [
            `${run.tracker}/${run.trackerEpoch}/${run.firstSeq + i}`,
            run.digests.subarray(i * 8, i * 8 + 8).toString("hex"),
          ]),
        );
        const expected = members.map((m) => [
          `${m.tracker}/${m.trackerEpoch}/${m.trackerSeq}`,
          m.digest.subarray(0, 8).toString("hex"),
        ]);
        expect(named.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });

  test("say of each agent exactly the taps it sent", () => {
    fc.assert(
      fc.property(anyMembers, (members) => {
        const named = agentRuns(members).flatMap((run) =>
          [...run.members].flatMap((byte, at) =>
            [0, 1, 2, 3, 4, 5, 6, 7]
              .filter((bit) => (byte >> bit) & 1)
              .map((bit) => `${run.agent}/${run.epoch}/${run.firstSeq + at * 8 + bit}`),
          ),
        );
        expect(named.toSorted()).toEqual(members.map((m) => `${m.agent}/${m.epoch}/${m.seq}`).toSorted());
      }),
    );
  });

  test("stay small where an agent's numbers lie far apart", () => {
    const [member] = fc.sample(
      anyMembers.filter((all) => all.length > 0),
      { numRuns: 1, seed: 1 },
    )[0]!;
    const far = [member!, { ...member!, seq: member!.seq + 1e9 }];
    expect(agentRuns(far).map((run) => run.members.length)).toEqual([1, 1]);
  });
});
