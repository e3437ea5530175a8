import { setTimeout as sleep } from "node:timers/promises";
import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { ArchiveCopies, AskedOutcome } from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import { routeOf } from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";
import { segmentIdSchema } from "@tapline/core/transfer";
import { z } from "zod";

export type RetryParts = {
  readonly buffer: Pick<SegmentBuffer, "find">;
  readonly queues: Pick<SegmentQueues, "hurry" | "standing">;
  readonly copies: Pick<ArchiveCopies, "hurry">;
};

const wishSchema = z.strictObject({ segment: segmentIdSchema });
/** An attempt at a slow archive may take longer: then its end is not waited for, ms. */
const waitsMs = 30_000;
const lookEveryMs = 200;

/** Has a segment that fails tried at once, or what archives lack of one that is archived. */
export async function retrySegment(wish: unknown, parts: RetryParts): Promise<AskedOutcome> {
  const { segment } = wishSchema.parse(wish);
  const open = await parts.buffer.find(segment);
  if (open === null) return await retryCopies(segment, parts);
  const route = routeOf(open, open.stage);
  const { attempts } = await parts.queues.standing(open.stage, segment, route.colour);
  await parts.queues.hurry(open.stage, segment, route);
  for (const endMs = performance.now() + waitsMs; performance.now() < endMs; await sleep(lookEveryMs)) {
    const now = await parts.buffer.find(segment);
    if (now === null) return { says: "It was tried, and has ended.", facts: { taps: open.taps }, list: [] };
    if (now.stage !== open.stage)
      return { says: `It was tried, and came to ${now.stage}.`, facts: { taps: open.taps }, list: [] };
    const job = await parts.queues.standing(open.stage, segment, route.colour);
    if (job.attempts > attempts)
      throw new TaplineError("unavailable", `it was tried, and failed again: ${job.fault}`, {
        remedy: "It is tried again at most 15 s apart. Mend what the error names.",
      });
  }
  return { says: `Its attempt at ${open.stage} is under way still.`, facts: { taps: open.taps }, list: [] };
}

async function retryCopies(segment: string, { copies }: RetryParts): Promise<AskedOutcome> {
  const archives = await copies.hurry(segment);
  if (archives === 0)
    throw new TaplineError("not-found", `segment ${segment} is not under way, and no archive waits for it`, {
      remedy: "It has ended meanwhile.",
    });
  return { says: "What archives lack of it is tried within 15 s.", facts: { archives }, list: [] };
}
