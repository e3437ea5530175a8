import { setTimeout as sleep } from "node:timers/promises";
import { ArchiveIndex, connectPrisma, TapHolders } from "@tapline/adapters/prisma";
import { BufferBar, Ceilings, connectRedis, MemoryWatch, SegmentBuffer } from "@tapline/adapters/redis";
import { usualHeardWithinMs } from "@tapline/core/transfer";
import { whyUnheld } from "../../jobs/assert-held.ts";
import { type FlushAct, flushBuffer, flushEffect } from "../../jobs/flush-buffer.ts";
import { answered } from "./answered.ts";

/** The buffer of the installation, for commands. */
export function openBufferDesk(databaseUrl: string, redisUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const redis = connectRedis(redisUrl, () => undefined);
  const [buffer, index] = [new SegmentBuffer(redis), new ArchiveIndex(prisma)];
  const [memory, ceilings] = [new MemoryWatch(redis), new Ceilings(redis)];
  // As many partitions as the life has: a command is set to none.
  const held = { bar: new BufferBar(redis, 1), holders: new TapHolders(prisma), clock: Date.now };
  return {
    show: () => answered(show(buffer, memory, ceilings)),
    effect: () => answered(flushEffect({ buffer, index })),
    /** Whose taps a flush may lose, in words; null: it loses none. */
    unheld: () => answered(whyUnheld(held, usualHeardWithinMs)),
    flush: (act: FlushAct) => answered(flushBuffer(act, { buffer, index })),
    /** Waits until the buffer is open again, at most `timeoutMs`; its new life, or null. */
    reopened: async (timeoutMs: number): Promise<string | null> => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const generation = await answered(buffer.generation());
        if (generation !== null || Date.now() > end) return generation;
        await sleep(100);
      }
    },
    close: async (): Promise<void> => {
      redis.disconnect();
      await prisma.$disconnect();
    },
  };
}

async function show(buffer: SegmentBuffer, memory: MemoryWatch, ceilings: Ceilings) {
  const [generation, backlog, open, server, isShut, kept] = await Promise.all([
    buffer.generation(),
    buffer.backlog(),
    buffer.openSegments(),
    memory.read(),
    memory.isShut(),
    ceilings.read(),
  ]);
  const segments = open.toSorted((a, b) => a.cutAtEpochMs - b.cutAtEpochMs);
  return { generation, ...backlog, segments, server, isShut, ceilings: kept };
}
