import { randomBytes } from "node:crypto";
import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { Cutters, SegmentBuffer } from "@tapline/adapters/redis";
import { assignPartitions, routeOf, segmentId } from "@tapline/core/buffer";
import { hasCode } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import type { Logger } from "pino";
import { type Role, repeat, Wake } from "./role.ts";

export type CutParts = {
  readonly buffer: Pick<SegmentBuffer, "cut" | "partitions" | "subscribe">;
  readonly queues: Pick<SegmentQueues, "add">;
  /** How many partitions the buffer is to have, and among whom they are shared out. */
  readonly partitions: number;
  readonly cutters: Pick<Cutters, "join" | "leave">;
  /** Names this process, and no other. */
  readonly cutter: string;
  /** A connection for subscriptions. */
  readonly subscriber: Redis;
  readonly clock: () => number;
  readonly log: Logger;
};

/** News that a cut is possible may be missed, so this is the longest that a cut waits for it. */
const waitForNewsMs = 250;
/** How often a process says that it lives, ms: a part of its lease. */
const joinEveryMs = 1_000;

/**
 * Cuts segments, in each partition for itself. Who cuts where is shared out evenly among the processes that live; one that dies is
 * missed once its lease is over. That spares them each other's steps, and nothing hangs on it: a cut is one atomic step,
 * so where two cut the same partition for a moment nothing happens twice.
 */
export function startCutting(parts: CutParts): Role {
  const { partitions, cutters, cutter, log } = parts;
  const onError = (error: unknown): void => {
    if (!hasCode(error, "unavailable")) log.error({ err: error }, "cutting a segment failed");
  };
  let mine = new Set(partitions === 1 ? [0] : []);
  let known = "";
  const sharing = async (): Promise<number> => {
    const members = await cutters.join(cutter);
    const names = members.toSorted().join();
    if (names === known) return joinEveryMs;
    known = names;
    mine = new Set(assignPartitions(partitions, members).get(cutter));
    log.info({ partitions: [...mine].join(), processes: members.length }, "partitions are shared out anew");
    return joinEveryMs;
  };
  const news = Array.from({ length: partitions }, () => new Wake());
  parts.buffer
    .subscribe(parts.subscriber, (agent, partition) => {
      if (agent === "") news[partition]?.wake();
    })
    .catch((error: unknown) => log.error({ err: error }, "listening for news failed"));
  const loops = news.map((wake, partition) =>
    repeat(async () => {
      // Asked for before the cut, so that news that come meanwhile count.
      const mayHaveCome = wake.next(waitForNewsMs);
      if (!mine.has(partition) || !(await cutOne(partition, parts))) await mayHaveCome;
      return 0;
    }, onError),
  );
  loops.push(
    repeat(async () => {
      // What lies in partitions that were there before fewer were set.
      for (let partition = partitions; partition < (await parts.buffer.partitions()); partition++)
        while (await cutOne(partition, parts));
      return waitForNewsMs;
    }, onError),
  );
  if (partitions > 1) loops.push(repeat(sharing, onError));
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      if (partitions > 1) await cutters.leave(cutter);
    },
  };
}

/** Cuts a segment and gives it its first job; false where there was nothing to cut, or the stages behind are not free. */
async function cutOne(partition: number, { buffer, queues, clock }: CutParts): Promise<boolean> {
  const id = segmentId(clock(), randomBytes, partition);
  const cut = await buffer.cut(id, clock());
  if (cut !== null) await queues.add("validation", id, routeOf(cut, "validation"));
  return cut !== null;
}
