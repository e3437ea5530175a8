import { type RandomBytes, sha256, uuidV7 } from "../kernel/index.ts";

/** Most partitions that a buffer may have. */
export const maxPartitions = 64;

/** The fourth group of a segment's id that names a partition. One of the first partition never has it, so that none is misread. */
const mark = "a7b1";
const marked = new RegExp(`^[0-9a-f]{8}-[0-9a-f]{4}-70([0-3][0-9a-f])-${mark}-[0-9a-f]{12}$`);

/**
 * The id of a new segment: a UUID version 7. What is cut from another partition than the first one names it in 26 of its random bits
 * (RFC 9562 §5.7 leaves them to us), so that whoever has the id, from a job or from a claim, finds the segment; 48 stay random.
 * @param atEpochMs wall clock, ms
 * @param partition 0 to 63
 */
export function segmentId(atEpochMs: number, randomBytes: RandomBytes, partition: number): string {
  const id = uuidV7(atEpochMs, randomBytes);
  if (partition === 0) return marked.test(id) ? segmentId(atEpochMs, randomBytes, partition) : id;
  return `${id.slice(0, 14)}70${partition.toString(16).padStart(2, "0")}-${mark}${id.slice(23)}`;
}

/** Which partition the segment was cut from. */
export function partitionOfSegment(id: string): number {
  const [, hex] = marked.exec(id) ?? [];
  return hex === undefined ? 0 : Number.parseInt(hex, 16);
}

/** Which partition an agent's taps go to. Where partitions are added, agents move to new ones alone. */
export function partitionOfAgent(agent: string, partitions: number): number {
  let best = 0;
  let highest = -1;
  for (let partition = 0; partitions > 1 && partition < partitions; partition++) {
    const weight = weightOf(agent, partition);
    if (weight > highest) [best, highest] = [partition, weight];
  }
  return best;
}

/**
 * Which member sees to which partitions: as many each, one more at most; where members come and go, few move that need not. All
 * who know the same members come to the same.
 * @param members at least one, each once
 */
export function assignPartitions(
  partitions: number,
  members: readonly string[],
): ReadonlyMap<string, readonly number[]> {
  const least = Math.floor(partitions / members.length);
  let larger = partitions % members.length;
  const assigned = new Map(members.map((member): [string, number[]] => [member, []]));
  const pairs = [...assigned].flatMap(([member, own]) =>
    Array.from({ length: partitions }, (_, partition) => {
      return { member, own, partition, weight: weightOf(member, partition) };
    }),
  );
  pairs.sort((a, b) => b.weight - a.weight || (a.member < b.member ? -1 : 1));
  const taken = new Set<number>();
  for (const { own, partition } of pairs) {
    const isLarger = own.length === least;
    if (taken.has(partition) || own.length > least || (isLarger && larger === 0)) continue;
    if (isLarger) larger--;
    own.push(partition);
    taken.add(partition);
  }
  return assigned;
}

/** Rendezvous hashing: who draws the highest number for a partition has it. */
function weightOf(name: string, partition: number): number {
  return sha256(Buffer.from(`${name}/${partition}`)).readUIntBE(0, 6);
}
