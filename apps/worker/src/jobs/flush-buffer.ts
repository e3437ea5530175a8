import { randomBytes, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ArchiveIndex, LeaseCheck } from "@tapline/adapters/prisma";
import type { BufferBar, SegmentBuffer } from "@tapline/adapters/redis";
import { newEntry } from "@tapline/core/audit";
import { type Actor, TaplineError } from "@tapline/core/kernel";
import { assertHeld, type HeldParts } from "./assert-held.ts";

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

/** What else it takes to flush only what is held elsewhere, too. */
export type GuardedParts = FlushParts &
  HeldParts & { readonly bar: Pick<BufferBar, "runs" | "set" | "lift"> };

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
  await endLife(effect, act, parts);
  return effect;
}

/** Doors keep the reports of a second in one statement, so what was told before nothing came in any more is known by then, ms. */
const reportsKnownAfterMs = 3_000;
/** Within this the life has to end in PostgreSQL; the role buffer lifts a bar that is older than 60 s, ms. */
const barHoldsMs = 30_000;

/**
 * The same where everything that it would forget is held by an agent that was heard within `heardWithinMs`, or has its end: nothing
 * comes into the buffer while that is looked at. Where it is not so the buffer goes on as it was.
 * @throws TaplineError as `flushBuffer`; `conflict` that names whose taps would be lost
 */
export async function flushHeldBuffer(
  act: FlushAct,
  heardWithinMs: number,
  parts: GuardedParts,
): Promise<FlushEffect> {
  const { bar } = parts;
  const { generation } = await flushEffect(parts);
  // Most refusals need no door barred.
  await assertHeld(parts, heardWithinMs, act.signal);
  const token = randomUUID();
  await bar.set(generation, token);
  const barredAtMs = performance.now();
  const leaseCheck: LeaseCheck = async (tx) => {
    if (performance.now() - barredAtMs > barHoldsMs)
      throw new TaplineError("unavailable", "it took too long to look who holds what is in the buffer", {
        remedy: "nothing was flushed: it is tried again where it is wanted still",
      });
    await act.leaseCheck?.(tx);
  };
  try {
    await sleep(reportsKnownAfterMs, undefined, { signal: act.signal });
    await assertHeld(parts, heardWithinMs, act.signal);
    const effect = await flushEffect(parts);
    if (effect.generation !== generation)
      throw new TaplineError("conflict", `the buffer is not in its life ${generation} any more`);
    await endLife(effect, { ...act, leaseCheck }, parts);
    return effect;
  } catch (error) {
    // Where PostgreSQL's answer was lost the life may be over, and the bar goes with it; else the role buffer lifts it.
    const isRefused = error instanceof TaplineError || act.signal?.aborted === true;
    if (isRefused && (await parts.index.generation()) === generation) await bar.lift(token);
    throw error;
  }
}

async function endLife(
  { generation, taps, segments, bytes }: FlushEffect,
  act: FlushAct,
  parts: FlushParts,
): Promise<void> {
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
}
