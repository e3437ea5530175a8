/**
 * The closed list of error codes. A code is the contract: callers branch on it, never on a message.
 *
 * - `invalid-input`: what was given breaks the stated format; `field` names the place.
 * - `unauthenticated` / `forbidden`: nobody we know / somebody we know who may not.
 * - `not-found`: the thing asked for does not exist.
 * - `conflict`: the state has moved on since the caller looked.
 * - `overloaded`: come back after `retryAfterMs`.
 * - `unavailable`: a part that we need (Redis, PostgreSQL, SFTP) does not answer.
 * - `corrupt`: stored bytes are not what was written.
 * - `misconfigured`: a setting, key or permission stops the work until someone changes it.
 */
export const errorCodes = [
  "invalid-input",
  "unauthenticated",
  "forbidden",
  "not-found",
  "conflict",
  "overloaded",
  "unavailable",
  "corrupt",
  "misconfigured",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Facts that travel with an error; values are small and free of secrets and personal data. */
export type ErrorFacts = Readonly<Record<string, string | number | boolean>>;

/**
 * The one error class of Tapline. `message` says what happened and to what; `remedy` says what to do next.
 */
export class TaplineError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string | undefined;
  readonly facts: ErrorFacts;

  constructor(
    code: ErrorCode,
    message: string,
    options: { remedy?: string; facts?: ErrorFacts; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TaplineError";
    this.code = code;
    this.remedy = options.remedy;
    this.facts = options.facts ?? {};
  }
}

/** True where `error` is ours and carries `code`. */
export function hasCode(error: unknown, code: ErrorCode): error is TaplineError {
  return error instanceof TaplineError && error.code === code;
}

/** The text of anything that was thrown, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
