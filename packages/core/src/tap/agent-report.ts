import { z } from "zod";
import { ackLevels } from "./ack-ladder.ts";
import { logWantedSchema } from "./agent-log.ts";
import { maxEpochMs } from "./wire.ts";

const count = z.int().min(0);
/** ms since 1970. */
const instant = count.max(maxEpochMs);

/** Ways to the server, best first. */
export const linkNames = ["grpc", "rest"] as const;

export type LinkName = (typeof linkNames)[number];

/** Why an agent reads no taps at present: back-pressure, never a loss. */
export const pauseReasons = ["outbox-full", "outbox-old", "disk-full"] as const;

export type PauseReason = (typeof pauseReasons)[number];

/** How a reader is, in one word. Only `ready`, `reading` and `gone` are no trouble. */
export const readerConditions = [
  "ready",
  "reading",
  "collision",
  "stalled",
  "busy",
  "paused",
  "failed",
  "gone",
] as const;

export type ReaderCondition = (typeof readerConditions)[number];

/** A version as the agent's package has it (Semantic Versioning 2.0.0, without build metadata). */
export const agentVersionSchema = z
  .string()
  .max(64)
  .regex(/^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, "must be a version such as 1.2.3");

/** Ranges of numbers that a report names at most: what an outbox holds is in few pieces, since ends come by segments. */
export const mostHeldRanges = 100;

/** What an agent tells of itself, for the fleet and the gap ledger. */
export const agentReportSchema = z.strictObject({
  version: agentVersionSchema,
  /** Operating system and architecture, as in "linux-x64". */
  platform: z.string().regex(/^[\w.-]{1,64}$/, "must be 1-64 letters, digits, '.', '_' or '-'"),
  startedAtEpochMs: instant,
  /** Revision of the settings in force; 0 = none from the server. */
  configRevision: count,
  link: z.enum(linkNames),
  /** The server's clock minus the agent's, ms, as last measured; null before the first measurement. */
  clockSkewMs: z.int().nullable(),
  outbox: z.strictObject({
    epoch: count,
    /** The number that the next tap will get. */
    nextSeq: count,
    /** Taps without an end. */
    taps: count,
    bytes: count,
    /** Age of the oldest of them, ms; 0 where there is none. */
    oldestAgeMs: count,
    /**
     * Numbers of taps without an end, `[first, last]`, lowest first; where there are more pieces than may be told, the lowest. What is
     * not named is not said to be held. Agents of earlier versions do not say it.
     */
    held: z
      .array(z.tuple([count, count]))
      .max(mostHeldRanges)
      .exactOptional(),
    /** The rung of the ack ladder at which a tap leaves the outbox from here on. */
    releaseAt: z.enum(ackLevels).exactOptional(),
  }),
  paused: z.enum(pauseReasons).nullable(),
  /** How many readers are in which condition. */
  readers: z.partialRecord(z.enum(readerConditions), count),
  /** When the client certificate ends, ms since 1970. */
  certificateEndsAtEpochMs: instant.nullable(),
});

export type AgentReport = z.infer<typeof agentReportSchema>;

/**
 * Settings that the server may give to agents. What a revision leaves out has the agent's default; what the agent's own
 * file or environment sets stays as it is there. Identity, addresses and paths are never set from afar.
 */
export const agentSettingsSchema = z.strictObject({
  /** `auto`: gRPC, and REST while that does not work. */
  link: z.enum(["auto", ...linkNames]).optional(),
  /** The rung of the ack ladder at which a tap may leave the outbox. */
  releaseAt: z.enum(ackLevels).optional(),
  /** Most bytes of the outbox; reading pauses above it. */
  outboxMaxBytes: z
    .int()
    .min(1024 * 1024)
    .optional(),
  /** Reading pauses while a tap without an end is older than this, ms; null = no such bound. */
  outboxMaxAgeMs: z.int().min(60_000).nullable().optional(),
  /** Longest time between two reports, ms. */
  reportEveryMs: z.int().min(1000).max(3_600_000).optional(),
  /** Times that a torn read is repeated while the tag stays. */
  rereads: z.int().min(0).max(10).optional(),
  /** Whether readers sound their buzzer. */
  buzzer: z.boolean().optional(),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace"]).optional(),
});

export type AgentSettings = z.infer<typeof agentSettingsSchema>;

/** What the server wants of one agent. */
export const agentDirectiveSchema = z.strictObject({
  /** Names the settings; grows with each that is given out. 0 = none. */
  revision: count,
  settings: agentSettingsSchema,
  /** The version that the agent should run; null = whatever it runs. */
  version: agentVersionSchema.nullable(),
});

export type AgentDirective = z.infer<typeof agentDirectiveSchema>;

/** The answer to a report: two readings of the server's clock (RFC 5905 §8), and what it wants of the agent. */
export const reportAnswerSchema = z.strictObject({
  receivedAtEpochMs: instant,
  answeredAtEpochMs: instant,
  /** Null where there is nothing to say, so that the agent stays as it is. */
  directive: agentDirectiveSchema.nullable(),
  /** That it is asked for the last lines of its log; only for an agent that says it can send them. */
  log: logWantedSchema.optional(),
});

export type ReportAnswer = z.infer<typeof reportAnswerSchema>;
