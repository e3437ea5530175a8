/** When a circuit opens, and for how long. */
export interface CircuitLimits {
  /** Failures in a row after which nothing is tried for a while. */
  readonly failuresToOpen: number;
  /** Upper bound of the first pause; each further one in a row may be twice as long, up to `maxPauseMs`. */
  readonly minPauseMs: number;
  readonly maxPauseMs: number;
}

/**
 * Whether a part that failed is tried: *closed* = yes, *open* = not before `untilMs`, *half-open* = one attempt is under
 * way that decides. Times are those of the caller's clock, in ms.
 */
export type Circuit =
  | { readonly is: "closed"; readonly failures: number }
  | { readonly is: "open"; readonly failures: number; readonly untilMs: number }
  | { readonly is: "half-open"; readonly failures: number };

export const closedCircuit: Circuit = { is: "closed", failures: 0 };

/** Asks for an attempt. @returns the circuit afterwards, or null where none may be made now */
export function tryCircuit(circuit: Circuit, nowMs: number): Circuit | null {
  if (circuit.is === "closed") return circuit;
  if (circuit.is === "open" && nowMs >= circuit.untilMs)
    return { is: "half-open", failures: circuit.failures };
  return null;
}

/**
 * An attempt failed. The pause is drawn evenly from nothing to its bound ("full jitter"), so that those who lost the same
 * part do not come back together.
 * @param random 0 ≤ x < 1
 */
export function failCircuit(circuit: Circuit, nowMs: number, limits: CircuitLimits, random: number): Circuit {
  // What ends late, after the circuit has opened, tells nothing new.
  if (circuit.is === "open") return circuit;
  const failures = circuit.failures + 1;
  const over = failures - limits.failuresToOpen;
  if (over < 0) return { is: "closed", failures };
  const bound = Math.min(limits.maxPauseMs, limits.minPauseMs * 2 ** Math.min(over, 30));
  return { is: "open", failures, untilMs: nowMs + random * bound };
}
