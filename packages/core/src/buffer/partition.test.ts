import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isUuid, uuidV7, uuidV7EpochMs } from "../kernel/index.ts";
import { assignPartitions, maxPartitions, partitionOfAgent, partitionOfSegment, segmentId } from "./index.ts";

const agents = Array.from({ length: 4_000 }, (_, i) => `gate-${i}`);
const members = (count: number): string[] => Array.from({ length: count }, (_, i) => `worker-${i}`);

/** How many partitions have another member afterwards. */
function moved(before: ReadonlyMap<string, readonly number[]>, after: typeof before): number {
  return [...before].reduce((sum, [member, own]) => {
    return sum + own.filter((partition) => !after.get(member)?.includes(partition)).length;
  }, 0);
}

describe("a segment's id", () => {
  test("names its partition, and its time as any other", () => {
    for (let partition = 0; partition < maxPartitions; partition++) {
      const id = segmentId(1_800_000_000_000, randomBytes, partition);
      expect([isUuid(id), uuidV7EpochMs(id), partitionOfSegment(id)]).toEqual([
        true,
        1_800_000_000_000,
        partition,
      ]);
      expect(id[14]).toBe("7");
    }
  });

  test("of the first partition is a plain one, and never one that would be misread", () => {
    const looksMarked = Buffer.from("0003a7b1000000000000", "hex");
    const draws = [looksMarked, Buffer.alloc(10, 1)];
    expect(partitionOfSegment(uuidV7(1, () => looksMarked))).toBe(3);
    const id = segmentId(1, () => draws.shift()!, 0);
    expect([partitionOfSegment(id), id]).toEqual([0, uuidV7(1, () => Buffer.alloc(10, 1))]);
    expect(partitionOfSegment("0198c0de-0000-7000-8000-000000000001")).toBe(0);
  });
});

describe("an agent's partition", () => {
  test("is the only one, where there is one", () => {
    expect(new Set(agents.map((agent) => partitionOfAgent(agent, 1)))).toEqual(new Set([0]));
  });

  test("is as good as any other: agents spread evenly", () => {
    const sizes = Array<number>(8).fill(0);
    for (const agent of agents) sizes[partitionOfAgent(agent, 8)]!++;
    expect(Math.min(...sizes)).toBeGreaterThan(400);
    expect(Math.max(...sizes)).toBeLessThan(600);
  });

  test("changes to a new one or not at all where partitions are added", () => {
    const changed = agents.filter((agent) => partitionOfAgent(agent, 4) !== partitionOfAgent(agent, 5));
    expect(new Set(changed.map((agent) => partitionOfAgent(agent, 5)))).toEqual(new Set([4]));
    expect(changed.length).toBeGreaterThan(650);
    expect(changed.length).toBeLessThan(950);
  });
});

describe("partitions among members", () => {
  test("each is one member's, all have as many, one more at most, whoever asks in which order", () => {
    const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: maxPartitions }), names, (partitions, who) => {
        const assigned = assignPartitions(partitions, who);
        const all = [...assigned.values()].flat().toSorted((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: partitions }, (_, i) => i));
        const sizes = [...assigned.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        const reversed = assignPartitions(partitions, who.toReversed());
        for (const [member, own] of assigned) expect(reversed.get(member)).toEqual(own);
      }),
    );
  });

  test("few move where a member comes or goes: at most twice what has to", () => {
    for (let count = 2; count <= 8; count++) {
      const [fewer, more] = [assignPartitions(64, members(count)), assignPartitions(64, members(count + 1))];
      const share = 64 / (count + 1);
      expect(moved(fewer, more)).toBeLessThanOrEqual(2 * share + 1);
      expect(moved(more, fewer)).toBeLessThanOrEqual(2 * share + 1);
    }
  });
});
