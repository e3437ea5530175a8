/**
 * How a figure comes about. `counter-rate`: what was counted within the window, per unit of time; `ratio`: good by total within
 * the window; `level`: as it was read last; `quantile`: of all that was timed within the window; `age`: how long ago, growing
 * by itself.
 */
export type KpiKind = "counter-rate" | "ratio" | "level" | "quantile" | "age";

/** For whom a figure is kept: `agent` is one agent at its site, `reader` one reader of one agent. */
export type KpiScopeKind = "all" | "site" | "agent" | "reader" | "archive" | "reason";

export type KpiDefinition = {
  /** As it stands behind the number: "taps/s"; "ratio" is 0-1. */
  readonly unit: string;
  readonly kind: KpiKind;
  /** How far back it looks, ms; null = at this moment. */
  readonly windowMs: number | null;
  /** One sentence for operators. */
  readonly meaning: string;
  /** The service that answers for it. */
  readonly owner: string;
  readonly scopes: readonly KpiScopeKind[];
};

export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
