import type { BufferedTap } from "@tapline/core/buffer";
import type { Problem } from "@tapline/core/kernel";
import {
  isPlainStreamed,
  plainTap,
  type StreamedTap,
  type SubmittedTap,
  streamedTapSchema,
  submittedTapSchema,
  type TapResult,
} from "@tapline/core/tap";
import type { z } from "zod";
import { schemaProblem } from "./problems.ts";

/** A tap as the door sees it: one for the buffer, or one with a problem that names the field. */
export type CheckedTap =
  | { readonly ok: true; readonly tap: BufferedTap }
  | { readonly ok: false; readonly seq: number | null; readonly problem: Problem };

/** What a tap gets from where it came from. */
export type Origin = { readonly agent: string; readonly epoch: number; readonly nowEpochMs: number };

/** Checks a tap of a request; `at` is the JSON Pointer to it. */
export function checkPostedTap(value: unknown, origin: Origin, at: string): CheckedTap {
  const plain = plainTap(value);
  if (plain !== null) return taken(plain.tap, plain.payload, origin);
  const parsed = submittedTapSchema.safeParse(value);
  if (!parsed.success) return refused(value, parsed.error, at);
  return postedTap(parsed.data, origin);
}

/** A tap of a request that keeps to its schema; `payload` where its bytes are known. */
export function postedTap(tap: SubmittedTap, origin: Origin, payload?: Buffer): CheckedTap {
  return taken(tap, payload ?? Buffer.from(tap.payload, "base64"), origin);
}

/** Checks a tap of a stream's message; `at` is the JSON Pointer to it. Its payload stays a view into the message. */
export function checkStreamedTap(tap: StreamedTap, origin: Origin, at: string): CheckedTap {
  if (!isPlainStreamed(tap)) {
    const parsed = streamedTapSchema.safeParse(tap);
    if (!parsed.success) return refused(tap, parsed.error, at);
  }
  const { buffer, byteOffset, length } = tap.payload;
  return taken(tap, Buffer.from(buffer, byteOffset, length), origin);
}

/** Those of `checked` that go into the buffer. */
export function tapsOf(checked: readonly CheckedTap[]): BufferedTap[] {
  return checked.flatMap((one) => (one.ok ? [one.tap] : []));
}

/** The answers once the good ones are durable. */
export function resultsOf(checked: readonly CheckedTap[]): TapResult[] {
  return checked.map((one) =>
    one.ok
      ? { seq: one.tap.seq, status: 202, ack: "durable" }
      : { seq: one.seq, status: one.problem.status, problem: one.problem },
  );
}

function taken(
  fields: Pick<BufferedTap, "seq" | "readAtEpochMs" | "reader"> & {
    readonly traceparent?: string | undefined;
  },
  payload: Buffer,
  { agent, epoch, nowEpochMs }: Origin,
): CheckedTap {
  const { seq, reader, readAtEpochMs, traceparent = "" } = fields;
  const ingestedAtEpochMs = nowEpochMs;
  return {
    ok: true,
    tap: { agent, epoch, seq, reader, readAtEpochMs, ingestedAtEpochMs, traceparent, payload },
  };
}

function refused(tap: unknown, error: z.ZodError, at: string): CheckedTap {
  const seq = submittedTapSchema.pick({ seq: true }).loose().safeParse(tap);
  return {
    ok: false,
    seq: seq.success ? seq.data.seq : null,
    problem: schemaProblem("invalid-tap", error, at),
  };
}
