import { z } from "zod";
import { sha256, TaplineError } from "../kernel/index.ts";
import { rawOf } from "./archive-record.ts";
import { type AgentRun, agentRuns, type SegmentMember, type TapRun, tapRuns } from "./runs.ts";

const count = z.int().min(0);

/** The two names of a tap, as a line has them. */
const namesSchema = z.object({
  tracker: z.string(),
  trackerEpoch: count,
  trackerSeq: count,
  agent: z.string(),
  epoch: count,
  seq: count,
});

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
  if (!sameTapRuns(tapRuns(members), named.tapRuns))
    throw unlike("the taps in its lines are not those of its proof");
  if (!sameAgentRuns(agentRuns(members), named.agentRuns))
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

function sameTapRuns(found: readonly TapRun[], named: readonly TapRun[]): boolean {
  return (
    found.length === named.length &&
    found.every((run, i) => {
      const other = named[i];
      return (
        other !== undefined &&
        run.tracker === other.tracker &&
        run.trackerEpoch === other.trackerEpoch &&
        run.firstSeq === other.firstSeq &&
        run.lastSeq === other.lastSeq &&
        run.digests.equals(other.digests)
      );
    })
  );
}

function sameAgentRuns(found: readonly AgentRun[], named: readonly AgentRun[]): boolean {
  return (
    found.length === named.length &&
    found.every((run, i) => {
      const other = named[i];
      return (
        other !== undefined &&
        run.agent === other.agent &&
        run.epoch === other.epoch &&
        run.firstSeq === other.firstSeq &&
        run.lastSeq === other.lastSeq &&
        run.members.equals(other.members)
      );
    })
  );
}

function unlike(detail: string, cause?: unknown): TaplineError {
  return new TaplineError("corrupt", `the segment's content is not what was archived: ${detail}`, {
    remedy: "The writer of this object is at fault: keep it and report it.",
    ...(cause === undefined ? {} : { cause }),
  });
}
