import { setTimeout as sleep } from "node:timers/promises";
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
  const { archives, turns, everyS, log } = parts;
  const copying = new Copying(parts);
  const publishing = repeat(
    async (signal) => {
      if (await turns.take("audit-archive", everyS * 1_000))
        for (const target of archives.wanted) copying.begin(target, signal);
      return lookEveryMs;
    },
    (error) => {
      if (!hasCode(error, "unavailable"))
        log.error({ err: error }, "no turn could be had to put the audit log into the archives");
    },
    lookEveryMs,
  );
  return {
    stop: async (graceMs) => {
      await publishing.stop();
      await copying.ended(graceMs);
    },
  };
}

/** Copies to all archives side by side: none waits for another, whatever that one answers, or does not answer. */
class Copying {
  readonly #parts: ArchiveAuditParts;
  /** By archive: what is under way there. */
  readonly #underWay = new Map<string, Promise<void>>();
  /** By archive: what it held when it was served last. */
  readonly #held = new Map<string, KeptNote>();

  constructor(parts: ArchiveAuditParts) {
    this.#parts = parts;
  }

  begin(target: ArchiveTarget, signal: AbortSignal): void {
    const { name } = target;
    if (this.#underWay.has(name)) {
      const told = "the audit log is still on its way into an archive since an earlier turn";
      this.#parts.log.warn({ target: name }, told);
      return;
    }
    const copy = this.#copy(target, signal).finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, copy);
  }

  /** What waits for an archive's answer for longer ends with the connection. */
  async ended(graceMs: number): Promise<void> {
    const grace = new AbortController();
    const over = sleep(graceMs, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#underWay.values()), over]);
    grace.abort();
  }

  async #copy({ name, archive }: ArchiveTarget, signal: AbortSignal): Promise<void> {
    try {
      const note = await publishAudit({ ...this.#parts, archive, signal });
      if (note === null) return;
      this.#held.set(name, note);
      await this.#count();
    } catch (error) {
      if (signal.aborted) return;
      this.#held.delete(name);
      this.#tell(name, error);
    }
  }

  /** As with segments: archived is what as many archives hold as the rule asks for. */
  async #count(): Promise<void> {
    const { archives, auditLog, clock } = this.#parts;
    const sorted = [...this.#held.values()].toSorted((a, b) => b.size - a.size);
    const counting = sorted[archives.rule.quorum - 1];
    if (counting !== undefined) await auditLog.keepArchived({ ...counting, atEpochMs: clock() });
  }

  #tell(target: string, error: unknown): void {
    const { log, telemetry } = this.#parts;
    if (hasCode(error, "corrupt")) {
      telemetry.count("audit.disputed");
      log.error({ err: error, target }, "the audit log and its copy in the archive DO NOT FIT");
    } else if (hasCode(error, "unavailable"))
      log.warn(
        { target, reason: error.message },
        "the audit log could not be put into the archive; it is tried again",
      );
    else
      log.error(
        { err: error, target },
        "the audit log could not be put into the archive; others are served all the same, and it is tried again",
      );
  }
}
