import type { ArchiveIndex, Turns } from "@tapline/adapters/prisma";
import type { SegmentBuffer } from "@tapline/adapters/redis";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type LevelArchiveParts, levelTurn } from "../care/level-archive.ts";
import { isLevel } from "./is-level.ts";
import { type Role, repeat } from "./role.ts";

export type ReconcileRoleParts = Omit<LevelArchiveParts, "actor" | "onFault" | "onSilent"> & {
  readonly turns: Pick<Turns, "take">;
  readonly index: LevelArchiveParts["index"] & Pick<ArchiveIndex, "generation">;
  readonly buffer: LevelArchiveParts["buffer"] & Pick<SegmentBuffer, "generation">;
  /** 0 = never. */
  readonly everyMs: number;
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
};

const askEveryMs = 10_000;
/** With a turn every ten minutes, a year of days is looked at within a day. */
const slowDaysPerTurn = 3;

/** Compares archives, index and buffer on a schedule. Any number of processes may; one at a time does. */
export function startReconcile(parts: ReconcileRoleParts): Role {
  const { turns, everyMs, telemetry, log } = parts;
  const loop = repeat(
    async () => {
      // An index that is being rebuilt lacks what the archive has, and the buffer's role sees to that.
      if (everyMs === 0 || !(await isLevel(parts)) || !(await turns.take("reconcile", everyMs)))
        return askEveryMs;
      const silent = new Map<string, unknown>();
      const found = await levelTurn(slowDaysPerTurn, {
        ...parts,
        actor: { kind: "job", id: "reconcile" },
        onFault: (segment, err) =>
          log.error({ err, segment }, "archive and index differ, and a person is needed"),
        onSilent: (target, error) => silent.set(target, error),
      });
      for (const [archive, err] of silent)
        log.warn({ archive, err }, "an archive does not answer: it is compared by a later turn");
      telemetry.count("segment.missing", found.missing);
      const isQuiet =
        found.adopted + found.quarantined + found.healed + found.missing + found.leftovers === 0;
      if (!isQuiet) log.warn(found, "archive and index differed: what could be healed is healed");
      return askEveryMs;
    },
    (error) => log.error({ err: error }, "archive and index could not be compared"),
    askEveryMs,
  );
  return { stop: () => loop.stop() };
}
