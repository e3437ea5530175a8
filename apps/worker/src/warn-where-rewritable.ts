import type { Logger } from "pino";

/**
 * A process that is taken over must not be able to change what it recorded before. Where PostgreSQL is away nothing is said.
 * @param rightsOverLog by what our role in PostgreSQL could rewrite the audit log
 */
export async function warnWhereRewritable(
  rightsOverLog: () => Promise<string[]>,
  log: Pick<Logger, "warn">,
): Promise<void> {
  const reasons = await rightsOverLog().catch(() => []);
  if (reasons.length > 0)
    log.warn(
      { reasons },
      "PostgreSQL lets the services rewrite the audit log; give them a role of their own: docs/operations.md, Your own servers",
    );
}
