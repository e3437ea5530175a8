import type { AuditLog, KeptNote, Turns } from "@tapline/adapters/prisma";
import type { ArchiveSet, ArchiveTarget } from "@tapline/adapters/sftp";
import type { NoteKey } from "@tapline/core/audit";
import { hasCode } from "@tapline/core/kernel";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { Logger } from "pino";
import { type PublishParts, publishAudit } from "../jobs/publish-audit.ts";
import { type Role, repeat } from "./role.ts";

export type ArchiveAuditParts = {
  readonly auditLog: PublishParts["auditLog"] & Pick<AuditLog, "keepArchived">;
  readonly archives: Pick<ArchiveSet, "wanted" | "rule">;
  readonly turns: Pick<Turns, "take">;
  readonly logKey: NoteKey;
  /** How often the log's growth goes to the archives, seconds. */
  readonly everyS: number;
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "error" | "warn">;
};

const lookEveryMs = 1_000;

/**
 * Puts the audit log's tiles and checkpoints into every archive, where they witness what the database says. Any number may run:
 * one at a time has the turn.
 */
export function archiveAudit(parts: ArchiveAuditParts): Role {
  const { auditLog, archives, turns, everyS, clock, log } = parts;
  const publishing = repeat(
    async (signal) => {
      if (!(await turns.take("audit-archive", everyS * 1_000))) return lookEveryMs;
      const held = [];
      for (const target of archives.wanted) held.push(await publishTo(target, signal, parts));
      const sizes = held.flatMap((note) => (note === null ? [] : [note])).toSorted((a, b) => b.size - a.size);
      // As with segments: archived is what as many archives hold as the rule asks for.
      const counting = sizes[archives.rule.quorum - 1];
      if (counting !== undefined) await auditLog.keepArchived({ ...counting, atEpochMs: clock() });
      return lookEveryMs;
    },
    (error) => {
      if (!hasCode(error, "unavailable"))
        log.error({ err: error }, "the audit log could not be put into the archive");
    },
    lookEveryMs,
  );
  return { stop: () => publishing.stop() };
}

/** Null where the archive does not hold it: the others are served all the same, and this one at the next turn. */
async function publishTo(
  { name, archive }: ArchiveTarget,
  signal: AbortSignal,
  parts: ArchiveAuditParts,
): Promise<KeptNote | null> {
  try {
    return await publishAudit({ ...parts, archive, signal });
  } catch (error) {
    if (hasCode(error, "corrupt")) {
      parts.telemetry.count("audit.disputed");
      parts.log.error({ err: error, target: name }, "the audit log and its copy in the archive DO NOT FIT");
    } else if (hasCode(error, "unavailable"))
      parts.log.warn(
        { target: name, reason: error.message },
        "the audit log could not be put into the archive; it is tried again",
      );
    else throw error;
    return null;
  }
}
