import {
  bytesOfBase64,
  maxEpochMs,
  maxPayloadChars,
  maxTapBytes,
  type StreamedTap,
  type SubmittedTap,
  traceparentPattern,
} from "./wire.ts";

/*
 * The door's shortcut past the schemas of wire.ts for what nearly every tap looks like. It may only say yes where the
 * schema does; where it does not say yes, the schema decides and names the field.
 */

/** Part of the printable characters that a reader's name may have: the ones that almost all have. */
const plainReader = /^[ -~]{1,128}$/;

/** A posted tap that keeps to `submittedTapSchema`, with its bytes. */
type PlainTap = { readonly tap: SubmittedTap; readonly payload: Buffer };

/** The tap that `value` is, where it plainly keeps to `submittedTapSchema`; null where that is for the schema to say. */
export function plainTap(value: unknown): PlainTap | null {
  return plain(value, 4);
}

/** As `plainTap`, for `postTapSchema`. */
export function plainPost(value: unknown): (PlainTap & { readonly epoch: number }) | null {
  const epoch = typeof value === "object" && value !== null && "epoch" in value ? value.epoch : null;
  if (!isCounter(epoch, 1, Number.MAX_SAFE_INTEGER)) return null;
  const found = plain(value, 5);
  return found === null ? null : { ...found, epoch };
}

/** True where a streamed tap plainly keeps to `streamedTapSchema`; what it has no field for, its decoder left out. */
export function isPlainStreamed({ payload, traceparent, ...fields }: StreamedTap): boolean {
  return (
    hasPlainFields(fields) &&
    payload.length >= 1 &&
    payload.length <= maxTapBytes &&
    (traceparent === "" || traceparentPattern.test(traceparent))
  );
}

/** @param fields how many there are beside `traceparent`: with all of them present, no other is */
function plain(value: unknown, fields: number): PlainTap | null {
  if (typeof value !== "object" || value === null) return null;
  const tap = value as Partial<Record<keyof SubmittedTap, unknown>>;
  const { payload, traceparent } = tap;
  const isTraced = typeof traceparent === "string" && traceparentPattern.test(traceparent);
  if (!isTraced && "traceparent" in tap) return null;
  if (Object.keys(tap).length !== fields + (isTraced ? 1 : 0) || !hasPlainFields(tap)) return null;
  if (typeof payload !== "string" || payload.length < 1 || payload.length > maxPayloadChars) return null;
  const bytes = bytesOfBase64(payload);
  return bytes === null ? null : { tap: tap as SubmittedTap, payload: bytes };
}

function hasPlainFields(tap: Partial<Record<"seq" | "readAtEpochMs" | "reader", unknown>>): boolean {
  return (
    isCounter(tap.seq, 1, Number.MAX_SAFE_INTEGER) &&
    isCounter(tap.readAtEpochMs, 0, maxEpochMs) &&
    typeof tap.reader === "string" &&
    plainReader.test(tap.reader)
  );
}

function isCounter(value: unknown, min: number, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
}
