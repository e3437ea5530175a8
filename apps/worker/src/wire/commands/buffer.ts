import { setTimeout as sleep } from "node:timers/promises";
import { ArchiveIndex, connectPrisma } from "@tapline/adapters/prisma";
import { connectRedis, MemoryWatch, SegmentBuffer } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import { type FlushAct, flushBuffer, flushEffect } from "../../jobs/flush-buffer.ts";

const answerWithinMs = 20_000;

/** The buffer of the installation, for commands. */
export function openBufferDesk(databaseUrl: string, redisUrl: string) {
  const prisma = connectPrisma(databaseUrl);
  const redis = connectRedis(redisUrl, () => undefined);
  const [buffer, index] = [new SegmentBuffer(redis), new ArchiveIndex(prisma)];
  const memory = new MemoryWatch(redis);
  return {
    show: () => answered(show(buffer, memory)),
    effect: () => answered(flushEffect({ buffer, index })),
    flush: (act: FlushAct) => flushBuffer(act, { buffer, index }),
    /** Waits until the buffer is open again, at most `timeoutMs`; its new life, or null. */
    reopened: async (timeoutMs: number): Promise<string | null> => {
      const end = Date.now() + timeoutMs;
      for (;;) {
        const generation = await buffer.generation();
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

async function show(buffer: SegmentBuffer, memory: MemoryWatch) {
  const [generation, backlog, open, server, isShut] = await Promise.all([
    buffer.generation(),
    buffer.backlog(),
    buffer.openSegments(),
    memory.read(),
    memory.isShut(),
  ]);
  const segments = open.toSorted((a, b) => a.cutAtEpochMs - b.cutAtEpochMs);
  return { generation, ...backlog, segments, server, isShut };
}

/** Redis is waited for by whoever serves; a command says that it is away. */
async function answered<Value>(answer: Promise<Value>): Promise<Value> {
  const late = sleep(answerWithinMs, null, { ref: false }).then(() => {
    throw new TaplineError("unavailable", "Redis does not answer", {
      remedy: "see that it runs, and that REDIS_URL points to it",
    });
  });
  return await Promise.race([answer, late]);
}
