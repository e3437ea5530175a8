import type { ReaderCondition } from "@tapline/core/tap";

/** A reader as it stands; a new one is told whenever that changes. */
export type ReaderStatus = {
  /** Unique on this agent. */
  reader: string;
  condition: ReaderCondition;
  /** Why, for people; "" where the condition says all. */
  detail: string;
  sinceEpochMs: number;
};

export type TagKind = "type-2" | "type-4" | "simulated";

/** A tap that was read whole. */
export type TapRead = {
  reader: string;
  /** By the wall clock, ms since 1970. */
  readAtEpochMs: number;
  /** The NDEF message as it stood on the tag. */
  raw: Buffer;
  tag: TagKind;
  /** From the tag's coming into the field to its last byte, ms. */
  readMs: number;
  /** How often it had to be read anew. */
  rereads: number;
};

/**
 * Why a tag gave no tap: `torn` (no two looks agreed), `removed` (pulled away), `collision` (two tags in the field),
 * `stalled` (no answer within the deadline), `busy` (another program holds it), `not-a-tap` (no record of ours),
 * `unsupported` (no kind of tag that we read), `failed` (all else).
 */
export type ReadFailureCause =
  | "torn"
  | "removed"
  | "collision"
  | "stalled"
  | "busy"
  | "not-a-tap"
  | "unsupported"
  | "failed";

export type ReadFailure = {
  reader: string;
  atEpochMs: number;
  cause: ReadFailureCause;
  detail: string;
};

/** What readers hand over. */
export type ReaderSink = {
  /**
   * Takes a whole tap; resolves with its number once it is durable. A reader offers its next tap only then, so a full
   * outbox stops it. Rejects where the agent stops.
   */
  tap(read: TapRead): Promise<number>;
  failed(failure: ReadFailure): void;
  status(status: ReaderStatus): void;
};

/** What the person at the reader is told: the tap is safe here, the server's verdict, or that it must be done again. */
export type Feedback = "kept" | "accepted" | "duplicate" | "refused" | "try-again" | "paused";

/** What may change while readers run. */
export type ReaderSettings = {
  /** Times that a torn read is repeated while the tag stays. */
  rereads: number;
  /** Whether readers sound their buzzer. */
  buzzer: boolean;
};

/** A set of readers that come and go. Sides: `pcsc` and `simulated`. */
export type Readers = {
  /**
   * Reads until `signal` is aborted; resolves earlier where nothing is left to read (a bounded simulated run).
   * Rejects only where no further reading is possible; whatever heals by itself is told as a status.
   */
  run(sink: ReaderSink, signal: AbortSignal): Promise<void>;
  /** Shows `feedback` at `reader`; does nothing where the reader cannot, or is gone. Never throws, never waits. */
  feedback(reader: string, feedback: Feedback): void;
  /** From the next tag on these settings hold. Called once before `run`, and whenever they change. */
  configure(settings: ReaderSettings): void;
};
