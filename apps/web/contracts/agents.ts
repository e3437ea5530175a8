import type { ShownEntry } from "@tapline/core/audit";
import type { Wanted } from "@tapline/core/rollout";
import type { AgentReport } from "@tapline/core/tap";

/** An agent with all that is known of it. Times: ms since 1970, null where there is none. */
export interface AgentView {
  id: string;
  site: string;
  /** Of roll-outs. */
  ring: number;
  /** What its machine called itself when it enrolled. */
  hostname: string | null;
  /** It keeps settings or version whatever is rolled out. */
  pinned: boolean;
  enrolledAtEpochMs: number | null;
  revokedAtEpochMs: number | null;
  /** The newest good one that the door gave out, and how many there are. */
  certificate: { issuedAtEpochMs: number; endsAtEpochMs: number; count: number } | null;
  /** When its token ends that waits for its use. */
  tokenEndsAtEpochMs: number | null;
  /** What the roll-outs want of it; `null` where that cannot be said before it reports. */
  wanted: Wanted | null;
  /** What it last told of itself; `null`: nothing yet. */
  last: {
    report: AgentReport;
    seenAtEpochMs: number;
    /** Not heard of for longer it is offline: three of its own intervals, ms. */
    heardWithinMs: number;
  } | null;
  /** How many of its numbers are in open gaps; more than `mostGapNumbers` where there are more. */
  gapNumbers: number;
  /** When its newest archived tap was archived. */
  lastArchivedAtEpochMs: number | null;
  /** By the database's clock: of two readings of an agent the later one holds. */
  readAtEpochMs: number;
}

/** So many numbers of open gaps are counted. */
export const mostGapNumbers = 10_000;

/** Of the agents that may deliver and were there once. */
export interface FleetCount {
  known: number;
  online: number;
}

/** Numbers of an agent's outbox that have no end. */
export interface AgentGap {
  epoch: number;
  first: number;
  last: number;
  openedAtEpochMs: number;
}

/** What is known of one agent beside its line in the list. */
export interface AgentDetail {
  agent: AgentView;
  /** Newest first, the first 20. */
  gaps: AgentGap[];
  /** What the audit log has of it, newest first, the first 12. */
  acts: ShownEntry[];
  /** Of the people among the actors, by their ids; of those who are gone none. */
  names: Record<string, string>;
}

/** An asking for the last lines of an agent's log, and what it told within the hour. */
export interface AgentLogView {
  /** `by`: a person's name. */
  asked: { id: string; lines: number; askedAtEpochMs: number; by: string } | null;
  /** `unable`: it is of a release that does not know how. */
  told:
    | { is: "told"; id: string; atEpochMs: number; text: string; cut: boolean }
    | { is: "unable"; id: string; atEpochMs: number }
    | null;
}
