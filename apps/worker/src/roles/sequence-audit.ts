import type { AuditLog } from "@tapline/adapters/prisma";
import { entriesPerSequence, type LogSigner, pauseAfterMs } from "@tapline/core/audit";
import { hasCode } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { type Role, repeat } from "./role.ts";

export type SequenceParts = {
  readonly auditLog: Pick<AuditLog, "sequence" | "isAwaited">;
  readonly logSigner: Pick<LogSigner, "signHead" | "readHead">;
  readonly clock: () => number;
  readonly log: Pick<Logger, "error">;
};

/** Where nothing waits the log's head is compared with what was signed so often all the same, ms. */
const compareEveryMs = 10_000;

/**
 * Gives audit entries their places in the log and signs its checkpoints. Any number may run: one at a time works. While nothing waits it
 * asks one short question, as often as it would work; behind a full batch it asks nothing, since more waits as a rule.
 */
export function sequenceAudit({ auditLog, logSigner, clock, log }: SequenceParts): Role {
  let comparedAtEpochMs = Number.NEGATIVE_INFINITY;
  let wasFull = false;
  return repeat(
    async () => {
      // A clock that jumps makes it due, too.
      const isDue = wasFull || Math.abs(clock() - comparedAtEpochMs) >= compareEveryMs;
      if (!isDue && !(await auditLog.isAwaited())) return pauseAfterMs(0);
      const placed = await auditLog.sequence(logSigner, clock());
      wasFull = placed >= entriesPerSequence;
      comparedAtEpochMs = clock();
      return pauseAfterMs(placed);
    },
    (error) => {
      comparedAtEpochMs = Number.NEGATIVE_INFINITY;
      // While PostgreSQL is away nothing is written that would wait.
      if (!hasCode(error, "unavailable")) log.error({ err: error }, "the audit log could not be carried on");
    },
  );
}
