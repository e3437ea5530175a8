import { type Finding, never } from "./conditions/finding.ts";

/** Whether an alert is active, and since when what is found says otherwise. */
export type Standing = {
  readonly active: boolean;
  /** Null: what is found agrees. */
  readonly otherwiseSinceMs: number | null;
};

export const quiet: Standing = { active: false, otherwiseSinceMs: null };
export const raised: Standing = { active: true, otherwiseSinceMs: null };

export type Delays = { readonly onDelayMs: number; readonly offDelayMs: number };

/**
 * Takes what is found into account: an alert is raised, or returns to normal, once that was found for the whole of its delay. While
 * nobody knows neither happens; what had begun goes on counting once it is known again and unchanged.
 */
export function settle(standing: Standing, finding: Finding, nowMs: number, delays: Delays): Standing {
  if (finding.breached === standing.active) return standing.active ? raised : quiet;
  const sinceMs = standing.otherwiseSinceMs ?? nowMs;
  const delayMs = finding.breached ? delays.onDelayMs : delays.offDelayMs;
  if (finding.known && nowMs - sinceMs >= delayMs) return finding.breached ? raised : quiet;
  return sinceMs === standing.otherwiseSinceMs
    ? standing
    : { active: standing.active, otherwiseSinceMs: sinceMs };
}

/** When `settle` has to be asked again although nothing was told meanwhile; infinity: never. */
export function settleDueMs(standing: Standing, finding: Finding, delays: Delays): number {
  if (standing.otherwiseSinceMs === null || !finding.known) return never;
  return standing.otherwiseSinceMs + (finding.breached ? delays.onDelayMs : delays.offDelayMs);
}
