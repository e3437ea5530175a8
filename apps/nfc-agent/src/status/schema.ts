import { ackLevels, agentReportSchema, linkNames, pauseReasons, readerConditions } from "@tapline/core/tap";
import { z } from "zod";

const count = z.int().min(0);
const epochMs = z.int();

/** Something that people should know of, and what to do about it. */
export const troubleSchema = z.strictObject({
  /** Stable, for programs: `link`, `reader`, `no-reader`, `paused`, `certificate`, `settings`, `version`, `api`. */
  code: z.string(),
  text: z.string(),
  remedy: z.string(),
});

export type Trouble = z.infer<typeof troubleSchema>;

/** How the agent is. Times are ms since 1970, ages ms. */
export const statusSchema = z.strictObject({
  /** The agent's id, as its certificate names it; null where that cannot be read. */
  agent: z.string().nullable(),
  version: z.string(),
  platform: z.string(),
  pid: z.int(),
  startedAtEpochMs: epochMs,
  atEpochMs: epochMs,
  /** No tap waits on this PC alone: switching it off delays nothing. */
  safeToSwitchOff: z.boolean(),
  outbox: agentReportSchema.shape.outbox.extend({
    maxBytes: count,
    maxAgeMs: count.nullable(),
    /** The rung of the ack ladder at which a tap leaves. */
    releaseAt: z.enum(ackLevels),
  }),
  /** Over the outbox's whole life; in a bounded run, of that run. */
  totals: z.strictObject({ taps: count, archived: count, duplicates: count, rejected: count }),
  paused: z.enum(pauseReasons).nullable(),
  link: z.strictObject({
    name: z.enum(linkNames).nullable(),
    up: z.boolean(),
    server: z.string(),
    /** The server's clock minus this PC's; null before it was measured. */
    clockSkewMs: z.number().nullable(),
  }),
  /** How many readers are in which condition. */
  readers: z.partialRecord(z.enum(readerConditions), count),
  settings: z.strictObject({
    /** Of the server's settings in force; 0 = none from the server. */
    revision: count,
    /** Why the last ones were not taken; null where they were. */
    refused: z.string().nullable(),
    wantedVersion: z.string().nullable(),
  }),
  certificateEndsAtEpochMs: epochMs.nullable(),
  troubles: z.array(troubleSchema),
});

export type Status = z.infer<typeof statusSchema>;

/** A reader, with what this run saw of it. */
export const readerSchema = z.strictObject({
  reader: z.string(),
  condition: z.enum(readerConditions),
  /** Why, for people; "" where the condition says all. */
  detail: z.string(),
  sinceEpochMs: epochMs,
  /** Taps kept since the agent's start. */
  taps: count,
  lastTapAtEpochMs: epochMs.nullable(),
  /** Reads that gave no tap. */
  failures: count,
  lastFailure: z.strictObject({ cause: z.string(), detail: z.string(), atEpochMs: epochMs }).nullable(),
});

export type ReaderView = z.infer<typeof readerSchema>;
