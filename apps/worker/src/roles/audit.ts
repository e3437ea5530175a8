import type { ArchiveIndex, GapLedger } from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type StateGapsParts, stateGaps } from "../jobs/state-gaps.ts";
import { type StateSitesParts, stateSites } from "../jobs/state-sites.ts";
import { isLevel } from "./is-level.ts";
import { type Role, repeat } from "./role.ts";

export type AuditParts = Omit<StateGapsParts, "onOther"> & {
  readonly sites: StateSitesParts["sites"];
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly gaps: Pick<GapLedger, "sweep">;
  readonly buffer: Pick<SegmentBuffer, "generation">;
  readonly index: Pick<ArchiveIndex, "generation">;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
};

const sweepEveryMs = 60_000;
const stateEveryMs = 10 * 60_000;
/** What has left an agent may be on its way for so long before its number counts as a hole. */
const graceMs = 15 * 60_000;

/** The audit service: keeps the gap ledger and states each agent's day. Any number may run; one at a time works. */
export function startAudit(parts: AuditParts): Role {
  const { gaps, clock, log } = parts;
  const sweeping = repeat(
    async () => {
      if (await isLevel(parts)) {
        const swept = await gaps.sweep(graceMs, clock());
        if (swept !== null && swept.agent.opened > 0)
          log.warn(swept.agent, "numbers of agents without an end: tapline gap ls --open");
        // Packets that no reader has met yet are everyday, and most come at a later tap.
        if (swept !== null && swept.tracker.opened > 0)
          log.info(swept.tracker, "trackers have packets that nobody has read yet");
      }
      return sweepEveryMs;
    },
    (error) => log.error({ err: error }, "the gap ledger could not be kept"),
    sweepEveryMs,
  );
  const stating = repeat(
    async () => {
      if (await isLevel(parts)) {
        const told = await stateGaps({
          ...parts,
          onOther: (day) => log.warn(day, "the archive holds another statement of this day, which stays"),
        });
        if (told.made + told.stored > 0) log.info(told, "days of agents were stated");
        await stateAllSites(parts);
      }
      return stateEveryMs;
    },
    (error) => log.error({ err: error }, "days of agents could not be stated"),
    sweepEveryMs,
  );
  return {
    stop: async () => {
      await Promise.all([sweeping.stop(), stating.stop()]);
    },
  };
}

async function stateAllSites(parts: AuditParts): Promise<void> {
  const { log, telemetry } = parts;
  const told = await stateSites({
    ...parts,
    onUnbalanced: ({ site, day, missing, unjudged }) => {
      telemetry.count("site.unbalanced");
      log.error(
        { site, day, missing, unjudged, remedy: `tapline gap ls --open; tapline site ls --day ${day}` },
        "a site's day does not balance: taps have no end",
      );
    },
    onOtherSite: (day) =>
      log.warn(day, "the archive holds another statement of this site's day, which stays"),
  });
  if (told.made + told.stored > 0) log.info(told, "days of sites were stated");
}
