/** A tap that goes into a segment, by both of its names. `digest` is the SHA-256 of its raw bytes, 32 bytes. */
export type SegmentMember = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly trackerSeq: number;
  readonly agent: string;
  readonly epoch: number;
  readonly seq: number;
  readonly digest: Buffer;
};

/** A tap by the name that its agent gave it. */
export type AgentTapName = Pick<SegmentMember, "agent" | "epoch" | "seq">;

/** Bytes of a tap's digest that the index keeps. */
export const indexedDigestBytes = 8;

/** Consecutive taps of one (tracker, epoch); `digests` has the first bytes of each tap's SHA-256, in order: 8 in the index. */
export type TapRun = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly digests: Buffer;
};

/** Taps of one (agent, epoch) between two numbers; bit i, least significant first, of `members`: `firstSeq + i`. */
export type AgentRun = {
  readonly agent: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly count: number;
  readonly members: Buffer;
};

/** The runs of a segment, sorted by tracker, epoch and number; no two overlap. @param digestBytes kept of each digest */
export function tapRuns(members: readonly SegmentMember[], digestBytes = indexedDigestBytes): TapRun[] {
  const sorted = members.toSorted(
    (a, b) => compare(a.tracker, b.tracker) || a.trackerEpoch - b.trackerEpoch || a.trackerSeq - b.trackerSeq,
  );
  const groups: SegmentMember[][] = [];
  for (const member of sorted) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const continues =
      last !== undefined &&
      last.tracker === member.tracker &&
      last.trackerEpoch === member.trackerEpoch &&
      last.trackerSeq + 1 === member.trackerSeq;
    if (continues) group?.push(member);
    else groups.push([member]);
  }
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    return {
      tracker: first.tracker,
      trackerEpoch: first.trackerEpoch,
      firstSeq: first.trackerSeq,
      lastSeq: last.trackerSeq,
      digests: Buffer.concat(group.map((member) => member.digest.subarray(0, digestBytes))),
    };
  });
}

/** Taps of one (agent, epoch) that are the same packets as taps of segment `heldBy`. */
export type DuplicateRun = AgentRun & { readonly heldBy: string };

/** Farthest that two numbers of one run may lie apart, so that a bitmap stays small. */
export const maxAgentRunSpan = 8_192;

/** The taps of a segment by agent, as bitmaps; a run is split where numbers lie far apart. */
export function agentRuns(members: readonly AgentTapName[]): AgentRun[] {
  const sorted = members.toSorted((a, b) => compare(a.agent, b.agent) || a.epoch - b.epoch || a.seq - b.seq);
  const groups: AgentTapName[][] = [];
  for (const member of sorted) {
    const first = groups.at(-1)?.[0];
    const joins =
      first !== undefined &&
      first.agent === member.agent &&
      first.epoch === member.epoch &&
      member.seq - first.seq < maxAgentRunSpan;
    if (joins) groups.at(-1)?.push(member);
    else groups.push([member]);
  }
  return groups.flatMap((group) => {
    const [first, last] = [group[0], group.at(-1)];
    if (first === undefined || last === undefined) return [];
    const members = Buffer.alloc(Math.floor((last.seq - first.seq) / 8) + 1);
    for (const { seq } of group) {
      const bit = seq - first.seq;
      members[bit >> 3] = (members[bit >> 3] ?? 0) | (1 << (bit & 7));
    }
    return {
      agent: first.agent,
      epoch: first.epoch,
      firstSeq: first.seq,
      lastSeq: last.seq,
      count: group.length,
      members,
    };
  });
}

/** How many taps a run's bitmap names. */
export function agentRunCount(members: Uint8Array): number {
  let bits = 0;
  for (const byte of members) for (let left = byte; left > 0; left &= left - 1) bits += 1;
  return bits;
}

/** The duplicates of a segment by the segment that holds the first copies, as bitmaps. */
export function duplicateRuns(
  duplicates: readonly (AgentTapName & { readonly heldBy: string })[],
): DuplicateRun[] {
  const byHolder = Map.groupBy(duplicates, ({ heldBy }) => heldBy);
  return [...byHolder].flatMap(([heldBy, taps]) => agentRuns(taps).map((run) => ({ ...run, heldBy })));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
