import { z } from "zod";
import { problemSchema } from "../kernel/index.ts";
import { ackLevels } from "./ack-ladder.ts";

/** Largest raw tap that the door takes, bytes: four times a full day of samples at one a minute. */
export const maxTapBytes = 32 * 1024;

/** The longest base64 text of a tap. */
export const maxPayloadChars = Math.ceil(maxTapBytes / 3) * 4;

/** Most taps in one request. */
export const maxTapsPerRequest = 500;

/** An agent's own name: the last part of its SPIFFE id. */
export const agentIdSchema = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, "must be 1-63 lower-case letters, digits or hyphens");

/** The end of year 9999, ms: the last that an RFC 3339 time can name. */
export const maxEpochMs = 253_402_300_799_999;

const counter = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** What `bytesOfBase64` takes, for readers of the schema: to match it costs ten times as much as to decode. */
const base64Pattern = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$";

/**
 * The bytes that `text` is the one text for (RFC 4648 §4): null where padding is missing, bits are left over, or another
 * character stands in it.
 */
export function bytesOfBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

/** What a tap has beside its bytes, whatever it travels in. */
const tapFields = {
  /** Number of this tap within the agent's epoch, from 1, without holes. */
  seq: counter.min(1),
  /** When the reader gave the tap up, by the agent's clock, ms since 1970. */
  readAtEpochMs: counter.max(maxEpochMs),
  /** The reader's name on its agent. */
  reader: z.string().regex(/^[^\p{C}]{1,128}$/u, "must be 1-128 printable characters"),
};

/** W3C trace context, version 00. */
export const traceparentPattern = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

const traceparent = z.string().regex(traceparentPattern);

/**
 * A tap as an agent sends it: identity `(agent, epoch, seq)`, and the bytes as the reader gave them.
 * The agent's id is never in the body: it is what its certificate says.
 */
export const submittedTapSchema = z.strictObject({
  ...tapFields,
  /** The raw NDEF message in base64 (RFC 4648 §4). */
  payload: z
    .string()
    .min(1)
    .max(maxPayloadChars)
    .refine((text) => bytesOfBase64(text) !== null, "must be base64")
    .meta({ contentEncoding: "base64", pattern: base64Pattern }),
  /** W3C trace context of the read, so that one trace follows the tap to its receipt. */
  traceparent: traceparent.optional(),
});

/** A tap as it comes by stream; `traceparent` is "" where there is none. */
export const streamedTapSchema = z.strictObject({
  ...tapFields,
  /** The raw NDEF message. */
  payload: z.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length >= 1 && value.length <= maxTapBytes,
    `must be 1 to ${maxTapBytes} bytes`,
  ),
  traceparent: z.union([z.literal(""), traceparent]),
});

export type StreamedTap = z.infer<typeof streamedTapSchema>;

export type SubmittedTap = z.infer<typeof submittedTapSchema>;

/** `POST /v1/taps` with one tap: the epoch stands beside the tap's own fields. */
export const postTapSchema = submittedTapSchema.extend({ epoch: counter.min(1) });

/** `POST /v1/taps` with many: `taps` is checked item by item, so that one bad tap does not stop the others. */
export const postTapsSchema = z.strictObject({
  /** The agent's outbox epoch: a number that grows whenever the outbox begins anew. */
  epoch: counter.min(1),
  taps: z.array(z.unknown()).min(1).max(maxTapsPerRequest),
});

/** The answer for one tap: taken at some rung of the ladder, or refused with a problem. */
export const tapResultSchema = z.union([
  z.strictObject({ seq: counter, status: z.literal(202), ack: z.enum(ackLevels) }),
  z.strictObject({ seq: counter.nullable(), status: z.int().min(400).max(599), problem: problemSchema }),
]);

export type TapResult = z.infer<typeof tapResultSchema>;

/**
 * The answer to a batch: one result per tap, in the order sent. HTTP 202 where all were taken, 207 where some
 * were refused, 400 where all were.
 * `generation` names this life of the buffer: where it changed, the buffer was lost, and the agent sends again
 * all that has no receipt.
 */
export const postTapsResponseSchema = z.strictObject({
  generation: z.string(),
  results: z.array(tapResultSchema),
});

export type PostTapsResponse = z.infer<typeof postTapsResponseSchema>;

/** Why a tap that the door took was refused by validation: a closed list, also a metric label. */
export const rejectReasons = [
  "malformed-ndef",
  "malformed-cose",
  "malformed-cbor",
  "schema",
  "unsigned",
  "unknown-tracker",
  "revoked-tracker",
  "bad-signature",
  "implausible",
  "time-skew",
  "equivocation",
  "rate",
] as const;

export type RejectReason = (typeof rejectReasons)[number];

/**
 * The end of a tap's way, told to its agent. `archived` and `duplicate` name the segment that holds the tap;
 * a duplicate is the same packet, met before under another number. All three allow the outbox to forget it.
 */
export const verdictSchema = z.discriminatedUnion("verdict", [
  z.strictObject({ seq: counter, verdict: z.literal("archived"), segment: z.uuid() }),
  z.strictObject({ seq: counter, verdict: z.literal("duplicate"), segment: z.uuid().nullable() }),
  z.strictObject({
    seq: counter,
    verdict: z.literal("rejected"),
    reason: z.enum(rejectReasons),
    detail: z.string(),
  }),
]);

export type Verdict = z.infer<typeof verdictSchema>;

/** One receipt: verdicts of one agent's taps that ended together. */
export const receiptSchema = z.strictObject({
  epoch: counter,
  level: z.enum(ackLevels),
  atEpochMs: counter,
  verdicts: z.array(verdictSchema),
});

export type Receipt = z.infer<typeof receiptSchema>;

/**
 * `GET /v1/receipts?after=<cursor>&waitMs=<0-30000>`: receipts of the asking agent after `cursor` ("0" = from
 * the first one kept), waiting up to `waitMs` for one. `next` is the cursor to go on from.
 */
export const receiptsResponseSchema = z.strictObject({
  generation: z.string(),
  next: z.string(),
  receipts: z.array(receiptSchema),
});

export type ReceiptsResponse = z.infer<typeof receiptsResponseSchema>;
