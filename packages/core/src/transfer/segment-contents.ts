import { sha256, TaplineError } from "../kernel/index.ts";
import { archiveRecordSchema, rawOf } from "./archive-record.ts";
import { type AgentRun, agentRuns, type SegmentMember, type TapRun, tapRuns } from "./runs.ts";

/** The two names of a tap, as a line has them. */
const namesSchema = archiveRecordSchema.pick({
  ...{ tracker: true, trackerEpoch: true, trackerSeq: true },
  ...{ agent: true, epoch: true, seq: true },
});

/** By these a run is the same as another; how many taps an agent's run has follows from its members. */
const tapRunFields = ["tracker", "trackerEpoch", "firstSeq", "lastSeq", "digests"] as const;
const agentRunFields = ["agent", "epoch", "firstSeq", "lastSeq", "members"] as const;

/** What a segment's lines hold. */
export type SegmentContents = {
  readonly taps: number;
  /** Taps that stand behind a later one of the same agent's epoch and tracker: a tap that was archived late. */
  readonly outOfOrder: number;
};

/**
 * Reads the lines of a segment (NDJSON) and holds them against what its manifest, or the index, names: each tap
 * once, with the digest of its raw bytes, and none that is not named.
 * @throws TaplineError `corrupt` naming the first line that does not fit
 */
export function checkContents(
  lines: Uint8Array,
  named: { readonly tapRuns: readonly TapRun[]; readonly agentRuns: readonly AgentRun[] },
): SegmentContents {
  const members = readMembers(lines);
  if (!sameRuns(tapRuns(members), named.tapRuns, tapRunFields))
    throw unlike("the taps in its lines are not those of its proof");
  if (!sameRuns(agentRuns(members), named.agentRuns, agentRunFields))
    throw unlike("the agents' numbers in its lines are not those of its proof");
  return { taps: members.length, outOfOrder: countOutOfOrder(members) };
}

/** Each line of NDJSON, parsed. @throws TaplineError `corrupt` naming the line */
export function* recordsIn(lines: Uint8Array): Generator<unknown> {
  const bytes = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength);
  let number = 1;
  for (let from = 0; from < bytes.length; number += 1) {
    const end = bytes.indexOf(10, from);
    if (end === -1) throw unlike(`line ${number} has no end`);
    try {
      yield JSON.parse(bytes.toString("utf8", from, end));
    } catch (cause) {
      throw unlike(`line ${number} is not JSON`, cause);
    }
    from = end + 1;
  }
}

function readMembers(lines: Uint8Array): SegmentMember[] {
  const members: SegmentMember[] = [];
  for (const record of recordsIn(lines)) {
    const names = namesSchema.safeParse(record);
    if (!names.success) throw unlike(`line ${members.length + 1} is not an archived tap's`);
    members.push({ ...names.data, digest: sha256(rawOf(record)) });
  }
  return members;
}

function countOutOfOrder(members: readonly SegmentMember[]): number {
  const highest = new Map<string, number>();
  let late = 0;
  for (const { tracker, trackerEpoch, agent, epoch, seq } of members) {
    const key = `${tracker}/${trackerEpoch}/${agent}/${epoch}`;
    const before = highest.get(key) ?? -1;
    if (seq < before) late += 1;
    else highest.set(key, seq);
  }
  return late;
}

/** Whether both are the same runs in the same order, as far as `fields` go. */
function sameRuns<Run>(
  found: readonly Run[],
  named: readonly Run[],
  fields: readonly (keyof Run)[],
): boolean {
  const same = (one: unknown, other: unknown): boolean =>
    one === other || (Buffer.isBuffer(one) && Buffer.isBuffer(other) && one.equals(other));
  return (
    found.length === named.length &&
    found.every((run, i) => fields.every((field) => same(run[field], named[i]?.[field])))
  );
}

function unlike(detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `the segment's content is not what was archived: ${detail}`, {
    remedy: "The writer of this object is at fault: keep it and report it.",
    ...(cause === undefined ? {} : { cause }),
  });
}
