import type { AckLevel } from "@tapline/core/tap";

/** A line of the list. Times: ms since 1970. */
export interface ListedTaps {
  /** A tracker or an agent. */
  who: string;
  epoch: number;
  firstSeq: number;
  lastSeq: number;
  taps: number;
  /** `open`: it has no end, or none yet. */
  is: "archived" | "duplicate" | "rejected" | "open";
  segment: string | null;
  /** When they ended. */
  atEpochMs: number | null;
}

export interface TapList {
  /** Whose taps they are; `nothing`: nothing is called so. */
  of: "all" | "agent" | "site" | "tracker" | "nothing";
  rows: ListedTaps[];
  /** Asks for the page behind; null: that was all. */
  next: string | null;
}

/** The steps of a tap in their order. */
export const tapSteps = [
  ...["read", "taken", "cut", "judged", "sealed", "archived", "indexed", "receipt"],
  ...["recorded", "checkpoint", "cosigned"],
] as const;

export type TapStepName = (typeof tapSteps)[number];

/** A step of a tap, and when it was done. */
export interface TapStep {
  step: TapStepName;
  /**
   * - `known`: at `atEpochMs`, or between that and `untilEpochMs`.
   * - `not-kept`: it was done, and nobody kept when.
   * - `unread`: when is kept in Redis, which does not answer.
   * - `at-it`: it is under way.
   * - `not-yet`: it comes later.
   * - `none`: this tap does not come to it.
   */
  is: "known" | "not-kept" | "unread" | "at-it" | "not-yet" | "none";
  atEpochMs: number | null;
  untilEpochMs: number | null;
  /** Of what or whom: an archive, a checkpoint. */
  what: string | null;
}

/** How a tap stands. */
export type TapState = "archived" | "duplicate" | "rejected" | "under-way" | "with-agent" | "gap";

export interface TapTrace {
  /** As it was asked for, with what was found out of it. */
  name: string;
  state: TapState;
  /** By its tracker's numbering, where that is known. */
  tracker: {
    id: string;
    epoch: number;
    seq: number /** First 8 bytes of its SHA-256. */;
    digest: string | null;
  } | null;
  /** By its agent's; `seq` null: one of several. */
  agent: { id: string; site: string | null; epoch: number; seq: number | null } | null;
  reader: string | null;
  rejection: TapRejection | null;
  /** The segment that holds the first copy of a duplicate. */
  firstCopyIn: string | null;
  /** Where it is at the moment, in words that stand after "It is"; null: it has ended. */
  isAt: TapPlace | null;
  segment: TapSegment | null;
  steps: TapStep[];
  /** The highest rung of the ack ladder that it has reached; null: none yet. */
  rung: AckLevel | null;
}

export type TapPlace =
  | { is: "outbox-or-buffer" }
  | { is: "stage"; stage: "validation" | "encryption" | "transfer"; segment: string; isFailing: boolean };

export interface TapRejection {
  reason: string;
  detail: string;
  /** SHA-256 of the raw tap. */
  digest: string;
  quarantinedAtEpochMs: number;
  rulesVersion: number;
  replays: number;
  outcome: string | null;
  outcomeSegment: string | null;
}

/** Consecutive numbers of a tracker, or numbers of an agent near each other. */
export interface TapRun {
  id: string;
  epoch: number;
  firstSeq: number;
  lastSeq: number;
}

export interface TapSegment {
  id: string;
  /** Null, as is `objectBytes`: taps of sites that whoever looks does not see lie in it, too; `trackers` is empty then. */
  taps: number | null;
  objectPath: string;
  manifestPath: string;
  objectBytes: number | null;
  objectDigest: string;
  manifestDigest: string;
  /** When its files were removed since their time was over. */
  expiredAtEpochMs: number | null;
  copies: { target: string; storedAtEpochMs: number; readBackAtEpochMs: number | null }[];
  /** Whose keys open it. */
  keys: { ski: string; subject: string | null; state: string | null }[];
  /** At most 50 of each. */
  trackers: TapRun[];
  agents: TapRun[];
  /** `isWitnessed`: a witness has cosigned the log once. */
  entry: { id: string; index: number | null; isWitnessed: boolean } | null;
}
