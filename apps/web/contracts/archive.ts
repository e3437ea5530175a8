import type { ShownEntry } from "@tapline/core/audit";

/** How a segment lies in the archives: `whole`: in each that should hold it; `lacking`: not, or not yet; `expired`: its files were removed. */
export const segmentShows = ["all", "whole", "lacking", "expired"] as const;

export type SegmentShow = (typeof segmentShows)[number];

/** An archive as the console shows it. Times: ms since 1970, null where there is none. */
export interface TargetView {
  name: string;
  /** `host:port`; null where no worker has said so. */
  address: string | null;
  /** Host keys that are believed, `SHA256:…`, the newest first. */
  hostKeys: string[];
  /** Every segment shall lie in it. */
  isWanted: boolean;
  /** Since when it cannot be used, and by what the last attempt of a worker ended; null: it can, as far as they know. */
  away: { sinceEpochMs: number; why: "unavailable" | "misconfigured"; error: string | null } | null;
  lastStoredAtEpochMs: number | null;
  /** Segments that it lacks and is to get, and when the oldest of them was cut. */
  waiting: number;
  oldestWaitingEpochMs: number | null;
  /** Why the last copy to it failed; "" where none did. */
  fault: string;
  provenAtEpochMs: number | null;
  lastDrill: { atEpochMs: number; outcome: string; detail: string } | null;
  /** Uploaded in each of the last 60 minutes, the oldest first, bytes/s; null where nobody counted. */
  bytesPerSecond: (number | null)[];
  /** Failed among all attempts of that hour, 0 to 1; null without any. */
  errorRatio: number | null;
}

export interface ArchiveOverview {
  /** When a segment counts as archived, and which worker said so when; null: none has yet. */
  rule: { mode: "mirror" | "fail-over"; quorum: number; by: string; atEpochMs: number } | null;
  targets: TargetView[];
  /** Where agents stand: what lists can be narrowed to. */
  sites: string[];
  /** Taps that were refused and are in no archive. */
  quarantined: number;
}

/** A segment in the list. */
export interface SegmentView {
  id: string;
  objectPath: string;
  objectBytes: number;
  taps: number;
  archivedAtEpochMs: number;
  expiredAtEpochMs: number | null;
  /** Archives that hold it. */
  targets: string[];
  /** Where the agents stand whose taps it holds. */
  sites: string[];
  /** Archives that should hold it, and do not. */
  lacking: string[];
}

/** What is known of one segment beside its line. */
export interface SegmentDetail {
  id: string;
  objectPath: string;
  manifestPath: string;
  objectBytes: number;
  objectSha256: string;
  manifestSha256: string;
  taps: number;
  firstReadAtEpochMs: number;
  lastReadAtEpochMs: number;
  archivedAtEpochMs: number;
  expiredAtEpochMs: number | null;
  copies: { target: string; storedAtEpochMs: number; readBackAtEpochMs: number | null }[];
  /** What archives lack of it, and how the attempts at that went. */
  tasks: {
    kind: string;
    target: string;
    attempts: number;
    fault: string;
    nextAtEpochMs: number;
    isUnderWay: boolean;
  }[];
  /** Keys that open it; subject and state are null where the ring does not have the key. */
  keys: { ski: string; subject: string | null; state: string | null }[];
  agents: { agent: string; epoch: number; firstSeq: number; lastSeq: number; taps: number }[];
  /** How many trackers its taps are of. */
  trackers: number;
  drills: { target: string; outcome: string; detail: string; atEpochMs: number }[];
  /** What keeps it from being moved or removed; null where nothing does. */
  hold: { id: number; reason: string } | null;
  /** What the audit log has of it, newest first, the first 12. */
  acts: ShownEntry[];
  names: Record<string, string>;
}

/** A segment on its way to the archive. */
export interface OpenSegmentView {
  id: string;
  stage: "validation" | "encryption" | "transfer";
  taps: number;
  cutAtEpochMs: number;
  /** Of its job: "waiting" for a worker, "active", "delayed" until the next attempt; null where it has none at the moment. */
  state: "waiting" | "active" | "delayed" | null;
  /** At this stage, so far. */
  attempts: number;
  /** Why the last one failed; "" where none did. */
  fault: string;
}

/** A tap that was refused. */
export interface RefusedTap {
  agent: string;
  epoch: number;
  seq: number;
  reader: string;
  reason: string;
  detail: string;
  readAtEpochMs: number;
  quarantinedAtEpochMs: number;
  rulesVersion: number;
  sha256: string;
  /** Of its content as it is kept, sealed; 0: the digest alone was kept. */
  sealedBytes: number;
  replays: number;
  replayedAtEpochMs: number | null;
  /** Who replayed it last, as `operator/<id>`. */
  replayedBy: string | null;
  /** Of the last replay: `archived`, `duplicate`, `refused`; null where there was none, or while it is under way. */
  outcome: string | null;
  outcomeSegment: string | null;
  firstReason: string | null;
}

export interface RefusedFilter {
  reason?: string | undefined;
  agent?: string | undefined;
  site?: string | undefined;
}

/** A hold as it is shown; days are UTC, `YYYY-MM-DD`. */
export interface HoldView {
  id: number;
  kind: "days" | "agent" | "tracker" | "segment";
  subject: string;
  firstDay: string | null;
  lastDay: string | null;
  reason: string;
  placedBy: string;
  placedAtEpochMs: number;
  releasedBy: string | null;
  releasedAtEpochMs: number | null;
  releaseReason: string | null;
  /** What it guards; null once it was released. */
  guards: { segments: number; taps: number } | null;
}

export interface HoldsView {
  holds: HoldView[];
  /** Segments whose files were removed because their time was over, and when the last ones were. */
  expired: { segments: number; lastAtEpochMs: number | null };
}

/** What was asked of the workers about the archive, and what came of it. Times: ms since 1970. */
export interface AskedView {
  id: string;
  kind: "retry" | "verify" | "preview-restore" | "preview-replay" | "replay" | "look-at-host-key" | "repin";
  /** Such as `segment/<id>` or `archive/<name>`. */
  subject: string;
  state: "asked" | "under-way" | "done" | "failed";
  /** The person's name, or who else it was. */
  askedBy: string;
  reason: string | null;
  askedAtEpochMs: number;
  /** The worker that has it, or had it. */
  takenBy: string | null;
  /** How far it has come; "" where that was not said. */
  progress: string;
  outcome: { says: string; facts: Record<string, string | number>; list: string[] } | null;
  endedAtEpochMs: number | null;
}
