import { randomBytes, randomUUID } from "node:crypto";
import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { ArchiveIndex } from "@tapline/adapters/prisma";
import type { BufferBar, SegmentBuffer, SegmentShares, TapLedger } from "@tapline/adapters/redis";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import { flushedLife, isOfThisForm, lifeName, routeOf } from "@tapline/core/buffer";
import { hasCode } from "@tapline/core/kernel";
import { type CutParts, startCutting } from "./cut-segments.ts";
import { type Role, repeat } from "./role.ts";

export type BufferParts = Omit<CutParts, "queues"> & {
  readonly buffer: SegmentBuffer;
  readonly queues: Pick<SegmentQueues, "add" | "askAgain">;
  readonly shares: Pick<SegmentShares, "endComparison">;
  readonly index: ArchiveIndex;
  readonly bar: Pick<BufferBar, "liftOlderThan">;
  readonly ledger: Pick<TapLedger, "forgetLife">;
  /** Brings the index level with the archives: the recent days, or all of them. */
  readonly archives: {
    /** @throws TaplineError `unavailable`, naming the archives, where too few answer for `level` */
    readonly check: (span: "recent" | "all") => Promise<void>;
    readonly level: (span: "recent" | "all") => Promise<void>;
  };
};

const sweepEveryMs = 5_000;
const generationCheckMs = 250;
/** Every how many checks of the generation PostgreSQL is asked too. */
const indexCheckEvery = 40;
const openAgainMs = 1_000;
/** How often is said that the buffer waits for the archives. */
const tellWaitingEveryMs = 60_000;
/** A flush takes less than half of this from its bar to its record in PostgreSQL. */
const barLeftMs = 60_000;
/** A segment that has been open for so long may have lost its job. */
const overdueMs = 10_000;

/**
 * The buffer service: opens the buffer, cuts segments from it whenever the stage behind is free, and sees to it
 * that every open segment has a job. Any number may run: a cut is one atomic step.
 */
export function startBuffer(parts: BufferParts): Role {
  const cutting = startCutting(parts);
  let checks = 0;
  const opening = repeat(
    async () => {
      await openWhereLost(parts, checks % indexCheckEvery === 0);
      checks++;
      return generationCheckMs;
    },
    waitingTeller(parts),
    openAgainMs,
  );
  const sweeping = repeat(
    async () => {
      await giveJobs(parts);
      return sweepEveryMs;
    },
    (error) => parts.log.error({ err: error }, "looking for overdue segments failed"),
  );
  return {
    stop: async (graceMs) => {
      await Promise.all([opening.stop(), sweeping.stop(), cutting.stop(graceMs)]);
    },
  };
}

/** Says why the buffer does not open: at once where something failed, now and then where it waits for archives. */
function waitingTeller({ log, clock }: BufferParts): (error: unknown) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!hasCode(error, "unavailable")) return log.error({ err: error }, "opening the buffer failed");
    if (Math.abs(clock() - toldAtMs) < tellWaitingEveryMs) return;
    toldAtMs = clock();
    log.error({ err: error }, "the buffer stays shut until what it needs answers; it is tried every second");
  };
}

/**
 * Opens the buffer where Redis is new or was lost, and levels the index where PostgreSQL was. In each case the
 * archive may hold segments that the index does not know, since their receipts were on the way: the index is
 * brought level before anything is taken again.
 */
async function openWhereLost(parts: BufferParts, checkIndex: boolean): Promise<void> {
  const { buffer, index, ledger, archives, log } = parts;
  const standing = await buffer.generation();
  const lost = standing === null ? null : await whatWasLost(standing, buffer);
  if (standing !== null && lost !== null) {
    // Agents send all of it again: one life has one name, by which they know.
    if (await buffer.endLife(standing)) log.warn({ generation: standing }, lost);
    return;
  }
  if (standing !== null && !checkIndex) return;
  const recorded = await index.generation();
  if (standing !== null) {
    const isOver = whyOver(standing, recorded);
    if (isOver !== null) {
      // Agents send again what lies in it; the next look opens the next life.
      if (await buffer.endLife(standing)) log.warn({ generation: standing }, isOver);
      return;
    }
    if (standing === recorded) return await liftLeftBar(parts);
    await levelIndex(parts);
    await index.declareGeneration(
      standing,
      openedEntry(standing, "the index had lost its data", recorded, parts),
    );
    log.warn({ generation: standing, recorded }, "the index is level with the archive again");
    return;
  }
  const generation = lifeName(randomUUID(), await buffer.history());
  const flushed = flushedLife(recorded);
  const reason = await whyOpened(recorded, buffer);
  // A life is declared once it is known that it can open, so that waiting for an archive writes nothing.
  await archives.check((await index.isWhole()) ? "recent" : "all");
  await index.declareGeneration(generation, openedEntry(generation, reason, recorded, parts));
  await levelIndex(parts);
  // Another process may have declared a later one in the meantime: only the declared one may open.
  if ((await index.generation()) !== generation) return;
  if (!(await buffer.openGeneration(generation))) return;
  log.info({ generation, recorded, reason }, "buffer opened");
  if (flushed !== null) await ledger.forgetLife(flushed);
}

/** Whoever barred the door to flush, and died or changed its mind too late to say so, flushes no more. */
async function liftLeftBar({ bar, log }: BufferParts): Promise<void> {
  if (await bar.liftOlderThan(barLeftMs)) log.warn({}, "the buffer takes taps again: a flush was broken off");
}

/** What a life that stands in Redis has lost, so that it is to end; null where it is whole. */
async function whatWasLost(standing: string, buffer: SegmentBuffer): Promise<string | null> {
  // What was not copied in time nobody can name, and others may have acted on it.
  if (await buffer.hasFailedOver(standing)) return failedOver;
  return (await buffer.keepLife(standing)) ? null : "a partition of the buffer was lost";
}

const failedOver = "Redis has failed over to a replica, which may lack the last writes";

async function whyOpened(
  recorded: string | null,
  buffer: Pick<SegmentBuffer, "hasFailedOver">,
): Promise<string> {
  if (recorded === null) return "first start";
  if (flushedLife(recorded) !== null) return "the buffer was flushed";
  return (await buffer.hasFailedOver(recorded)) ? failedOver : "Redis had lost its data";
}

/** An index that never was whole, or was begun anew and left half way, is compared with all that is archived. */
async function levelIndex({ index, archives }: BufferParts): Promise<void> {
  const isWhole = await index.isWhole();
  await archives.level(isWhole ? "recent" : "all");
  if (!isWhole) await index.noteWhole();
}

/** Why a life of the buffer that stands in Redis is to end; null where it is not. */
function whyOver(standing: string, recorded: string | null): string | null {
  if (!isOfThisForm(standing))
    return "what an earlier version left in the buffer is sent again by its agents";
  return flushedLife(recorded) === standing ? "a flush that was cut off is done" : null;
}

function openedEntry(
  generation: string,
  reason: string,
  recorded: string | null,
  parts: BufferParts,
): AuditEntry {
  return newEntry(parts.clock(), randomBytes, {
    actor: { kind: "job", id: "buffer" },
    action: "buffer.opened",
    subject: `buffer/${generation}`,
    reason,
    facts: recorded === null ? {} : { earlier: recorded },
  });
}

async function giveJobs({ buffer, queues, shares, clock }: BufferParts): Promise<void> {
  const nowEpochMs = clock();
  for (const segment of await buffer.openSegments()) {
    // One that was cut in the future was cut by a clock that was ahead: its age is not known.
    if (Math.abs(nowEpochMs - segment.cutAtEpochMs) <= overdueMs) continue;
    const { id, stage } = segment;
    const route = routeOf(segment, stage);
    if (route.both) await shares.endComparison(id, stage);
    await queues.askAgain(stage, id, route);
    // The colour that it went to may have ended: the usual one is asked, too.
    if (route.colour !== "blue") await queues.askAgain(stage, id, { ...route, colour: "blue" });
  }
}
