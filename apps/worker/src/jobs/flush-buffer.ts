import { randomBytes } from "node:crypto";
import type { ArchiveIndex, LeaseCheck } from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import { newEntry } from "@tapline/core/audit";
import { type Actor, TaplineError } from "@tapline/core/kernel";

export type FlushParts = {
  readonly buffer: Pick<SegmentBuffer, "generation" | "backlog" | "openSegments" | "endLife">;
  readonly index: Pick<ArchiveIndex, "generation" | "endGeneration">;
};

export type FlushAct = {
  readonly actor: Actor;
  readonly reason: string;
  readonly traceId?: string | null;
  readonly atEpochMs: number;
  /** Breaks it off before it has begun in PostgreSQL; from there on it has to be done to its end. */
  readonly signal?: AbortSignal;
  /** Of a rule, which acts under a lease alone: asked where it begins in PostgreSQL. */
  readonly leaseCheck?: LeaseCheck;
};

/** What a flush does: so many taps are sent again by their agents, of which so many segments are under way. */
export type FlushEffect = {
  /** The life of the buffer that it ends. */
  readonly generation: string;
  readonly taps: number;
  readonly segments: number;
  /** Frames, verdicts and sealed forms that are forgotten. */
  readonly bytes: number;
};

/**
 * What a flush would do now.
 * @throws TaplineError `unavailable` where the buffer is not open, so that there is nothing to flush
 */
export async function flushEffect({ buffer, index }: FlushParts): Promise<FlushEffect> {
  const [generation, recorded] = [await buffer.generation(), await index.generation()];
  if (generation === null || generation !== recorded)
    throw new TaplineError("unavailable", "the buffer is being opened anew, so there is nothing to flush", {
      remedy: "wait until the door takes taps again; see that a worker with the role buffer runs",
    });
  const [backlog, open] = await Promise.all([buffer.backlog(), buffer.openSegments()]);
  const bytes = backlog.frameBytes + backlog.resultBytes;
  return { generation, taps: backlog.taps, segments: open.length, bytes };
}

/**
 * Ends this life of the buffer: first in PostgreSQL, from where on nothing cut in it can be recorded, together with the audit
 * entry; then in Redis, in one step. The buffer service then levels index and archive and opens the next life, and agents
 * send again what has no receipt. Where this is cut off in between, the buffer service does the rest.
 * @returns what was there when it began
 * @throws TaplineError `unavailable` where the buffer is not open, `conflict` where another life has begun meanwhile, or the lease of
 * whoever does it is over
 */
export async function flushBuffer(act: FlushAct, parts: FlushParts): Promise<FlushEffect> {
  const effect = await flushEffect(parts);
  const { generation, taps, segments, bytes } = effect;
  const entry = newEntry(act.atEpochMs, randomBytes, {
    actor: act.actor,
    action: "buffer.flushed",
    subject: `buffer/${generation}`,
    reason: act.reason,
    traceId: act.traceId,
    facts: { taps, segments, bytes },
  });
  act.signal?.throwIfAborted();
  await parts.index.endGeneration(generation, entry, act.leaseCheck);
  await parts.buffer.endLife(generation);
  return effect;
}
