import { type ErrorCode, TaplineError } from "@tapline/core/kernel";

/** Every exit code of the agent and its commands (docs/agent.md has the same table). */
export const exitCodes = {
  ok: 0,
  /** Anything that has no code of its own. */
  failure: 1,
  /** A command that does not read. */
  usage: 2,
  /** A setting, a file or a permission must be changed by somebody. */
  misconfigured: 3,
  /** The agent does not run, or a server cannot be reached. */
  unreachable: 4,
  /** The outbox holds bytes that are not what was written. */
  outboxDamaged: 5,
  /** This machine has no identity, or the server refuses it. */
  notEnrolled: 6,
  /** Passes by itself: try again later (EX_TEMPFAIL of sysexits.h). */
  temporary: 75,
} as const;

const byErrorCode: Readonly<Record<ErrorCode, number>> = {
  "invalid-input": exitCodes.usage,
  unauthenticated: exitCodes.notEnrolled,
  forbidden: exitCodes.notEnrolled,
  "not-found": exitCodes.failure,
  conflict: exitCodes.temporary,
  overloaded: exitCodes.temporary,
  unavailable: exitCodes.unreachable,
  corrupt: exitCodes.outboxDamaged,
  misconfigured: exitCodes.misconfigured,
};

/** The exit code of anything that was thrown. */
export function exitCodeOf(error: unknown): number {
  return error instanceof TaplineError ? byErrorCode[error.code] : exitCodes.failure;
}
