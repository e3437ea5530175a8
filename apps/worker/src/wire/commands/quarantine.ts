import { randomBytes, randomUUID } from "node:crypto";
import {
  type Act,
  ArchiveIndex,
  connectPrisma,
  QuarantineDesk,
  type QuarantineFilter,
  RulesDesk,
  TrackerRegistry,
} from "@tapline/adapters/prisma";
import { CreditBook, connectRedis, SegmentBuffer } from "@tapline/adapters/redis";
import { FrameSeal } from "@tapline/core/encryption/process-key";
import { TaplineError } from "@tapline/core/kernel";
import type { ValidationRules } from "@tapline/core/validation";
import { openPayload } from "../../jobs/judge-quarantined.ts";
import { previewReplay, replayQuarantine } from "../../jobs/replay-quarantine.ts";
import { answered } from "./answered.ts";

/** What a replay takes of the buffer, at most, and how it is shared with the doors. */
export type ReplayLimits = {
  readonly tapsPerSecond: number;
  readonly windowTaps: number;
  readonly maxBytes: number;
  /** Whether frames lie in Redis sealed, as the doors have it. */
  readonly sealsFrames: boolean;
};

/** How long a replay waits for room in the buffer. */
const maxWaitMs = 60_000;
const leaveWithinMs = 1_000;

/** Taps in quarantine, for commands. @param keys the process keys; empty where there are none */
export function openQuarantine(databaseUrl: string, keys: readonly Buffer[]) {
  const prisma = connectPrisma(databaseUrl);
  const desk = new QuarantineDesk(prisma, Date.now);
  const [registry, rules] = [new TrackerRegistry(prisma, Date.now), new RulesDesk(prisma, Date.now)];
  const findTrackers = (ids: readonly string[]) => registry.find(ids);
  const parts = { desk, index: new ArchiveIndex(prisma), keys, findTrackers };
  const activeRules = async (): Promise<ValidationRules> => {
    const version = await rules.activeVersion();
    if (version !== null) return (await rules.find(version)).rules;
    throw new TaplineError("not-found", "no release of the rules is in force", {
      remedy: "the first start of validation makes one",
    });
  };
  return {
    desk,
    activeRules,
    /** The raw tap. @throws TaplineError `not-found` where its digest alone was kept, `misconfigured` where no key opens it */
    open: (sealed: Uint8Array): Buffer => {
      if (sealed.length === 0)
        throw new TaplineError("not-found", "of this tap the digest alone was kept", {
          remedy:
            "it came when its agent's quota of refused taps was spent; who still has the tag can tap anew",
        });
      const payload = openPayload(sealed, keys);
      if (payload !== null) return payload;
      throw new TaplineError(
        "misconfigured",
        "the tap is sealed under another process key, or none is there",
        {
          remedy: "let TAPLINE_PROCESS_KEY or TAPLINE_PROCESS_KEY_PREVIOUS name its file",
        },
      );
    },
    preview: async (filter: QuarantineFilter, by?: ValidationRules) =>
      await previewReplay(filter, by ?? (await activeRules()), parts),
    replay: async (filter: QuarantineFilter, act: Act, redisUrl: string, limits: ReplayLimits) => {
      const [key, ...older] = keys;
      const seal = key === undefined ? null : new FrameSeal([key, ...older], randomBytes);
      const redis = connectRedis(redisUrl, () => undefined);
      try {
        const own = new SegmentBuffer(redis, { ...limits, seal });
        const book = new CreditBook(redis, limits, `replay/${randomUUID()}`);
        const buffer = {
          append: (...frame: Parameters<typeof own.append>) => answered(own.append(...frame)),
        };
        const credits = {
          holder: book.holder,
          ask: (...asked: Parameters<typeof book.ask>) => answered(book.ask(...asked)),
          // What it holds comes back by itself once its lease is over.
          leave: () => answered(book.leave(), leaveWithinMs).catch(() => undefined),
        };
        const replaying = { ...parts, buffer, credits, clock: Date.now, maxWaitMs };
        return await replayQuarantine(filter, await activeRules(), act, replaying);
      } finally {
        redis.disconnect();
      }
    },
    close: () => prisma.$disconnect(),
  };
}
