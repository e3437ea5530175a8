import type { KpiSample } from "../../kpi/index.ts";

/** What a condition finds of one scope. Times are those of a clock that never goes back (`SteadyTime`), ms. */
export type Finding = {
  /** As it was last known. */
  readonly breached: boolean;
  /** False while nobody knows: then `breached` neither begins nor ends. */
  readonly known: boolean;
  /** In the unit of `limit`; null where there is none yet, or, where it is known, nothing that it could be of. */
  readonly value: number | null;
  readonly limit: number;
  /** When time alone may change what is found; infinity: never. */
  readonly dueMs: number;
};

/** Of a sample, what conditions read. */
export type Measured = Pick<KpiSample, "value" | "events" | "idle">;

/**
 * A condition at work. Pure: a state is never changed, and what is handed back may be the same one where nothing changed. What is
 * told at the same moment counts in the order in which it is told.
 */
export type Evaluator<State extends Finding> = {
  /** @param wasBreached where an alert is active that was raised before; its breach ends by what is found, as any other */
  begin(nowMs: number, wasBreached: boolean): State;
  /** @param sample null: time has passed, and nothing else */
  step(state: State, sample: Measured | null, nowMs: number): State;
};

export const never = Number.POSITIVE_INFINITY;
