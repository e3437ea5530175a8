import { TaplineError } from "../kernel/index.ts";
import type { BufferedTap } from "./buffered-tap.ts";
import type { TapRun } from "./tap-runs.ts";

/**
 * A frame: the taps that reached the door together, as one entry of the buffer's stream. One entry for many
 * taps is what makes a durable answer cheap under load. Layout, integers big-endian:
 *
 *     frame = version u8 (1) · tap*
 *     tap   = epoch u64 · seq u64 · readAt u48 · ingestedAt u48 (ms)
 *             · agent (u8 length) · reader (u16 length) · traceparent (u8 length) · payload (u32 length)
 */
const version = 1;
/** The version of a frame that is sealed: whoever has the key makes one of version 1 of it. */
export const sealedFrameVersion = 2;

/** Seals frames before the buffer takes them, and opens them again. */
export type FrameSealer = {
  readonly seal: (frame: Buffer) => Buffer;
  /** @throws TaplineError `corrupt` where the bytes are not what was sealed, `misconfigured` where the key is not there */
  readonly open: (sealed: Buffer) => Buffer;
};

/** Whether the bytes are of a sealed frame. */
export function isSealedFrame(frame: Uint8Array): boolean {
  return frame[0] === sealedFrameVersion;
}

const fixedBytes = 8 + 8 + 6 + 6 + 1 + 2 + 1 + 4;

/** Upper bound of the bytes that `tap` takes within a frame. */
export function framedBytes(tap: BufferedTap): number {
  return fixedBytes + tap.agent.length + tap.reader.length * 3 + tap.traceparent.length + tap.payload.length;
}

/** The frame of `taps`, at least one. */
export function encodeFrame(taps: readonly BufferedTap[]): Buffer {
  const frame = Buffer.allocUnsafe(taps.reduce((sum, tap) => sum + framedBytes(tap), 1));
  let at = frame.writeUInt8(version, 0);
  for (const tap of taps) {
    at = writeCounter(frame, tap.epoch, at);
    at = writeCounter(frame, tap.seq, at);
    at = frame.writeUIntBE(tap.readAtEpochMs, at, 6);
    at = frame.writeUIntBE(tap.ingestedAtEpochMs, at, 6);
    at = frame.writeUInt8(tap.agent.length, at);
    at += frame.write(tap.agent, at, "latin1");
    const readerBytes = frame.write(tap.reader, at + 2, "utf8");
    at = frame.writeUInt16BE(readerBytes, at) + readerBytes;
    at = frame.writeUInt8(tap.traceparent.length, at);
    at += frame.write(tap.traceparent, at, "latin1");
    at = frame.writeUInt32BE(tap.payload.length, at);
    at += tap.payload.copy(frame, at);
  }
  return frame.subarray(0, at);
}

/**
 * Whose taps a frame holds: runs in its order, as `writeTapRuns` takes them. Goes over the heads of the taps alone, for this is done
 * for each frame at the door.
 * @returns none where the bytes are no frame of this version that can be read, as those of a sealed one
 */
export function runsOfFrame(frame: Buffer): TapRun[] {
  const runs: { agent: string; epoch: number; first: number; last: number }[] = [];
  try {
    if (frame.readUInt8(0) !== version) return [];
    for (let at = 1; at < frame.length; ) {
      const [epoch, seq] = [readCounter(frame, at), readCounter(frame, at + 8)];
      const [agentAt, agentBytes] = [at + 29, frame.readUInt8(at + 28)];
      const agent = frame.toString("latin1", agentAt, agentAt + agentBytes);
      const run = runs.at(-1);
      if (run?.agent === agent && run.epoch === epoch && run.last + 1 === seq) run.last = seq;
      else runs.push({ agent, epoch, first: seq, last: seq });
      at = agentAt + agentBytes;
      at += 2 + frame.readUInt16BE(at);
      at += 1 + frame.readUInt8(at);
      at += 4 + frame.readUInt32BE(at);
      if (at > frame.length) return [];
    }
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
  return runs;
}

const readCounter = (frame: Buffer, at: number): number =>
  frame.readUInt32BE(at) * 2 ** 32 + frame.readUInt32BE(at + 4);

/** A u64 without a BigInt: no counter of ours is above 2^53. */
function writeCounter(frame: Buffer, counter: number, at: number): number {
  frame.writeUInt32BE(Math.floor(counter / 2 ** 32), at);
  return frame.writeUInt32BE(counter >>> 0, at + 4);
}

/**
 * The taps of a frame, payloads as views into it.
 * @throws TaplineError `corrupt` where the bytes are not a whole frame of this version
 */
export function decodeFrame(frame: Buffer): BufferedTap[] {
  try {
    if (frame.readUInt8(0) !== version) throw new RangeError(`version ${frame.readUInt8(0)}`);
    const taps: BufferedTap[] = [];
    const cursor = { at: 1 };
    while (cursor.at < frame.length) taps.push(decodeTapAt(frame, cursor));
    return taps;
  } catch (error) {
    throw new TaplineError("corrupt", "a frame in the buffer is damaged and cannot be read", {
      remedy: "flush the buffer: agents send again what has no receipt",
      facts: { bytes: frame.length },
      cause: error,
    });
  }
}

function decodeTapAt(frame: Buffer, cursor: { at: number }): BufferedTap {
  const take = (length: number): Buffer => {
    if (cursor.at + length > frame.length) throw new RangeError(`ends within a tap at byte ${cursor.at}`);
    const piece = frame.subarray(cursor.at, cursor.at + length);
    cursor.at += length;
    return piece;
  };
  return {
    epoch: Number(take(8).readBigUInt64BE()),
    seq: Number(take(8).readBigUInt64BE()),
    readAtEpochMs: take(6).readUIntBE(0, 6),
    ingestedAtEpochMs: take(6).readUIntBE(0, 6),
    agent: take(take(1).readUInt8()).toString("latin1"),
    reader: take(take(2).readUInt16BE()).toString("utf8"),
    traceparent: take(take(1).readUInt8()).toString("latin1"),
    payload: take(take(4).readUInt32BE()),
  };
}
