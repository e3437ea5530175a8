import { segmentLimits } from "./segment.ts";

/** What the buffer holds, bytes: frames of taps, and what the stages made of open segments (verdicts, sealed forms). */
export type BufferBytes = { readonly frameBytes: number; readonly resultBytes: number };

/**
 * Part of the ceiling that frames never take, bytes: while the archive is away, every segment that may be open has its
 * sealed form beside its frames.
 */
export const reservedForResultsBytes = segmentLimits.maxOpen * segmentLimits.maxBytes;

/** Bytes of frames that still fit below the ceiling. `append-frame.lua` and `grant-credits.lua` count the same way. */
export function frameRoomBytes(maxBytes: number, { frameBytes, resultBytes }: BufferBytes): number {
  return Math.max(0, maxBytes - frameBytes - Math.max(reservedForResultsBytes, resultBytes));
}

/**
 * Shares of the server's own memory limit (0-1): from the first on no taps are let in, until what is used has fallen below the
 * second. Far below the limit itself, since the stages must still be able to write what empties the buffer.
 */
export const memoryRatios = { shut: 0.85, open: 0.75 } as const;

/**
 * Whether the server's memory is so short that no taps may come in.
 * @param isShut whether that was so when last looked at
 * @param maxBytes the server's limit; 0 = it has none, and there is nothing to judge by
 */
export function isMemoryShort(isShut: boolean, usedBytes: number, maxBytes: number): boolean {
  return maxBytes > 0 && usedBytes >= maxBytes * (isShut ? memoryRatios.open : memoryRatios.shut);
}
