import type { RandomBytes } from "./clock.ts";

/**
 * A UUID version 7 (RFC 9562 §5.7): sorts by time, 74 random bits.
 * @param atEpochMs wall clock, ms
 */
export function uuidV7(atEpochMs: number, randomBytes: RandomBytes): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(Math.floor(atEpochMs), 0, 6);
  randomBytes(10).copy(bytes, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The time in a version 7 UUID, ms since 1970. */
export function uuidV7EpochMs(uuid: string): number {
  return Number.parseInt(uuid.replaceAll("-", "").slice(0, 12), 16);
}

const uuidForm = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text has the form of a UUID (RFC 9562 §4), of any version. */
export const isUuid = (text: string): boolean => uuidForm.test(text);
