import type { AuditLog } from "@tapline/adapters/prisma";
import { type LogSigner, pauseAfterMs } from "@tapline/core/audit";
import { hasCode } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type SequenceParts = {
  readonly auditLog: Pick<AuditLog, "sequence">;
  readonly logSigner: Pick<LogSigner, "signHead" | "readHead">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "error">;
};

/** Gives audit entries their places in the log and signs its checkpoints. Any number may run: one at a time works. */
export function sequenceAudit({ auditLog, logSigner, clock, log }: SequenceParts): Role {
  return repeat(
    async () => pauseAfterMs(await auditLog.sequence(logSigner, clock())),
    (error) => {
      // While PostgreSQL is away nothing is written that would wait.
      if (!hasCode(error, "unavailable")) log.error({ err: error }, "the audit log could not be carried on");
    },
  );
}
