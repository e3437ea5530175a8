import type { RestoreDrills, Turns } from "@tapline/adapters/prisma";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type DrillParts, restoreDrill } from "../care/restore-drill.ts";
import { type Role, repeat } from "./role.ts";

export type DrillRoleParts = DrillParts & {
  readonly drills: Pick<RestoreDrills, "pick" | "proofOf" | "record" | "lastByTarget" | "declareSchedule">;
  readonly turns: Pick<Turns, "take">;
  /** 0 = no drills are held. */
  readonly everyMs: number;
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
};

const askEveryMs = 10_000;

/** Holds restore drills on a schedule. Any number of processes may; one of them holds the one that is due. */
export function startDrills(parts: DrillRoleParts): Role {
  const { drills, turns, everyMs, telemetry, log } = parts;
  let isDeclared = false;
  const loop = repeat(
    async () => {
      if (!isDeclared) await drills.declareSchedule(everyMs === 0 ? null : everyMs);
      isDeclared = true;
      if (everyMs === 0 || !(await turns.take("restore-drill", everyMs))) return askEveryMs;
      const result = await restoreDrill({ actor: { kind: "job", id: "audit" } }, parts);
      if (result?.outcome === "failed") {
        telemetry.count("restore.failed");
        log.error(
          { ...result, remedy: `tapline archive verify --segment ${result.segment}` },
          "a restore drill failed: a segment cannot be restored as it was archived",
        );
      } else if (result !== null) {
        if (result.outcome === "proven") telemetry.count("restore.proven");
        log.info(result, "a restore drill was held");
      }
      return askEveryMs;
    },
    (error) => log.error({ err: error }, "a restore drill could not be held"),
    askEveryMs,
  );
  return { stop: () => loop.stop() };
}
