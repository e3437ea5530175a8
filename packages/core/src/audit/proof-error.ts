import { TaplineError } from "../kernel/index.ts";

/**
 * Why a proof proves nothing:
 * - `malformed`: it is no proof, or not a whole one. `newer-format`: of a version to come.
 * - `forged`: something in it, or in what it speaks of, does not fit the rest.
 * - `another-log`: none of the given keys is of the log that it names. `unknown-key`: its log's key is another than the given one.
 * - `untrusted`: no given root vouches for who signed, or for that use; or a revocation list is missing.
 * - `revoked`, `expired`: the signer's certificates.
 */
export type ProofFault =
  | "malformed"
  | "newer-format"
  | "forged"
  | "another-log"
  | "unknown-key"
  | "untrusted"
  | "revoked"
  | "expired";

export class ProofError extends TaplineError {
  readonly fault: ProofFault;

  constructor(fault: ProofFault, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(fault === "forged" ? "corrupt" : "invalid-input", message, { ...options, facts: { fault } });
    this.fault = fault;
  }
}

/** @param cause what found it, where that was another error */
export function forged(message: string, cause?: unknown): ProofError {
  return new ProofError("forged", message, cause === undefined ? {} : { cause });
}

/** For people: what is wrong, and what to do next. */
export function notProvenText({ fault, message, remedy }: ProofError): string {
  return `NOT proven (${fault}): ${message}\n${remedy === undefined ? "" : `${remedy}\n`}`;
}
