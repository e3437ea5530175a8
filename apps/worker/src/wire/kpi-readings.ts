import { RestoreDrills, WatchReadings } from "@tapline/adapters/prisma";
import { Ceilings } from "@tapline/adapters/redis";
import type { KpiReadings } from "@tapline/core/kpi";
import { type SharedReadings, shareReadings } from "../roles/share-readings.ts";
import { within } from "../roles/within.ts";
import { heldFor } from "./held-for.ts";
import type { Parts } from "./parts.ts";

/** What takes longer is left out: a store that hangs must not hide what others say. */
const answerWithinMs = 5_000;
/** Keys and certificates are changed seldom, and reading them takes more than all else here. */
const keysHoldMs = 60_000;

/** Asks the stores for what no delta tells. What one of them does not answer is left out, so that the rest is known. */
export function openKpiReadings({ prisma, redis, buffer, config, clock, log }: Parts): SharedReadings {
  const [watch, drills] = [new WatchReadings(prisma), new RestoreDrills(prisma)];
  const ceilings = new Ceilings(redis);
  const parts: readonly (() => Promise<KpiReadings>)[] = [
    () => watch.read(),
    async () => ({ restoreProvenAtEpochMs: (await drills.standing(clock())).provenAtEpochMs }),
    heldFor(keysHoldMs, keyReadings({ prisma, clock, config })),
    async () => {
      const [{ taps, oldestAtEpochMs, frameBytes, resultBytes }, declared] = await Promise.all([
        buffer.backlog(),
        ceilings.read(),
      ]);
      const ceilingBytes =
        declared.length === 0 ? null : Math.min(...declared.map(({ maxBytes }) => maxBytes));
      return { buffer: { taps, oldestAtEpochMs, bytes: frameBytes + resultBytes, ceilingBytes } };
    },
  ];
  return shareReadings(async () => {
    const read = await Promise.all(
      parts.map((part) =>
        within(answerWithinMs, "a store", part()).catch((error: unknown): KpiReadings => {
          log.warn({ err: error }, "a reading for KPIs could not be taken");
          return {};
        }),
      ),
    );
    return Object.assign({}, ...read) as KpiReadings;
  });
}

/** What reads certificates is loaded for the first reading: the process is ready before. */
function keyReadings(parts: Pick<Parts, "prisma" | "clock" | "config">): () => Promise<KpiReadings> {
  // For good, but for a load that failed, as where files cannot be opened for a moment.
  const opened = heldFor(Number.POSITIVE_INFINITY, async () => {
    const { openKeyReadings } = await import("./key-readings.ts");
    return openKeyReadings(parts);
  });
  return async () => await (await opened())();
}
