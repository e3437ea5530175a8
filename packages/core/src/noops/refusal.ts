import { type ErrorCode, TaplineError } from "../kernel/index.ts";

const codes = {
  /** The revision is old: somebody else has changed it. Look again, decide again. */
  conflict: "conflict",
  /** Somebody with a newer lease has acted: end. */
  fenced: "conflict",
  /** This side cannot do such a thing. */
  unsupported: "invalid-input",
  /** No such workload, replica or version. */
  unknown: "not-found",
  /** It would leave nobody to serve, or breaks what is under way. */
  refused: "conflict",
  /** The other side asks to come back later. */
  overloaded: "overloaded",
  /** The other side does not answer. */
  unavailable: "unavailable",
} as const satisfies Record<string, ErrorCode>;

export const refusalKinds = Object.keys(codes) as readonly RefusalKind[];
/** Why an act was not done. */
export type RefusalKind = keyof typeof codes;

/** The error of an act that is not done: `refusalOf` reads its kind. */
export function actRefused(
  kind: RefusalKind,
  message: string,
  options: { remedy?: string; cause?: unknown } = {},
): TaplineError {
  return new TaplineError(codes[kind], message, { ...options, facts: { refusal: kind } });
}

/** Why the act was not done; null where the error is none of an actuator's. */
export function refusalOf(error: unknown): RefusalKind | null {
  if (!(error instanceof TaplineError)) return null;
  return refusalKinds.find((kind) => kind === error.facts.refusal) ?? null;
}
