import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { gatherTaps, type Told, unheldTaps, unheldWords, withoutEnded } from "./index.ts";

const nowEpochMs = 1_000_000;
const outbox = { epoch: 2, nextSeq: 10, taps: 4, bytes: 1, oldestAgeMs: 1 };
const held: [number, number][] = [
  [3, 5],
  [8, 9],
];

type Outbox = Told["outbox"];
type Changed = { readonly [Part in keyof Outbox]?: Outbox[Part] | undefined };

function judge(told: Changed | null, run = { first: 3, last: 5 }, silentMs = 0) {
  const agent = "gate-1";
  const said: Told = {
    seenAtEpochMs: nowEpochMs - silentMs,
    outbox: { ...outbox, held, releaseAt: "archived", ...told } as Outbox,
  };
  const by = { told: new Map(told === null ? [] : [[agent, said]]), heardWithinMs: 60_000, nowEpochMs };
  return unheldTaps(gatherTaps([{ agent, epoch: 2, ...run }]), by);
}

describe("a tap in the buffer", () => {
  test("is held by an agent that was heard lately and names it, or keeps what it has read since", () => {
    expect(judge({})).toEqual([]);
    expect(judge({}, { first: 8, last: 12 })).toEqual([]);
    expect(judge({ releaseAt: "proven" }, { first: 10, last: 12 })).toEqual([]);
    expect(judge({}, { first: 3, last: 5 }, 60_000)).toEqual([]);
  });

  test.each([
    ["that never told", null, { first: 3, last: 5 }, 0, "it has never told"],
    ["that is away", {}, { first: 3, last: 5 }, 60_001, "it was last heard 60 s ago"],
    ["whose outbox began anew", { epoch: 3 }, { first: 3, last: 5 }, 0, "its outbox is in epoch 3"],
    ["whose outbox is an older one", { epoch: 1 }, { first: 3, last: 5 }, 0, "its outbox is in epoch 1"],
    [
      "that does not say what it holds",
      { held: undefined },
      { first: 3, last: 5 },
      0,
      "its version does not",
    ],
    ["that has let it go", {}, { first: 6, last: 7 }, 0, "does not hold them any more"],
    [
      "that lets taps go early",
      { releaseAt: "durable" },
      { first: 10, last: 10 },
      0,
      "before they are archived",
    ],
    [
      "that does not say when",
      { releaseAt: undefined },
      { first: 10, last: 10 },
      0,
      "before they are archived",
    ],
  ] as const)("is not held by an agent %s", (_, told, run, silentMs, why) => {
    const [found, ...others] = judge(told, run, silentMs);
    expect(others).toEqual([]);
    expect(found).toMatchObject({ agent: "gate-1", epoch: 2, ranges: [run] });
    expect(found?.why).toContain(why);
  });

  test("of a report in the future is no older than now", () => {
    expect(judge({}, { first: 3, last: 5 }, -5_000)).toEqual([]);
  });

  test("is named alone, and not with those beside it that are held", () => {
    expect(judge({}, { first: 1, last: 12 })[0]?.ranges).toEqual([
      { first: 1, last: 2 },
      { first: 6, last: 7 },
    ]);
  });

  test("is held where its number is named or ended, and only there, whatever the numbers", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 30 }));
    fc.assert(
      fc.property(numbers, numbers, numbers, (inBuffer, inOutbox, ended) => {
        const single = (seqs: number[]) => seqs.map((seq) => ({ first: seq, last: seq }));
        const pieces = gatherTaps(single(inOutbox).map((run) => ({ agent: "a", epoch: 2, ...run })));
        const named = (pieces[0]?.ranges ?? []).map(({ first, last }): [number, number] => [first, last]);
        const told = { seenAtEpochMs: nowEpochMs, outbox: { ...outbox, nextSeq: 31, held: named } };
        const found = unheldTaps(
          gatherTaps(single(inBuffer).map((run) => ({ agent: "a", epoch: 2, ...run }))),
          {
            ...{ told: new Map([["a", told]]), heardWithinMs: 1, nowEpochMs },
          },
        ).flatMap(
          (taps) =>
            withoutEnded(
              taps,
              gatherTaps(single(ended).map((run) => ({ agent: "a", epoch: 2, ...run })))[0]?.ranges ?? [],
            ) ?? [],
        );
        const left = found.flatMap(({ ranges }) =>
          ranges.flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
        );
        const wanted = inBuffer.filter((seq) => !inOutbox.includes(seq) && !ended.includes(seq));
        expect(left).toEqual(wanted.toSorted((a, b) => a - b));
      }),
    );
  });
});

test("who holds nothing is named, and those who are too many are counted", () => {
  const unheld = (agent: string, last: number) => ({
    agent,
    epoch: 1,
    ranges: [{ first: 1, last }],
    why: "gone",
  });
  expect(unheldWords([unheld("a", 1), unheld("b", 14)])).toBe("a (1 tap): gone; b (14 taps): gone");
  expect(unheldWords([unheld("a", 1), unheld("b", 2), unheld("c", 2)], 1)).toBe(
    "a (1 tap): gone; and 2 more",
  );
});
