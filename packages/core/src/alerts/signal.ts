import type { KpiScope } from "../kpi/index.ts";

/** Names one alert: a rule on one scope. */
export type AlertKey = { readonly ruleId: string; readonly scopeKey: string };

type OfAlert = AlertKey & {
  /** A value for each dimension of its rule's `per`. */
  readonly scope: KpiScope;
  /** When it was found, by the clock of who evaluates. */
  readonly atEpochMs: number;
};

/** A breach has stood for its delay. */
export type Raised = OfAlert & {
  readonly kind: "raise";
  /** In the unit of the condition's limit. */
  readonly value: number | null;
  readonly limit: number;
  /** Since when it was breached: `onDelayMs` or more before `atEpochMs`. */
  readonly breachedAtEpochMs: number;
};

/** It is over. */
export type Cleared = OfAlert & {
  readonly kind: "clear";
  /** Null where it is not known: then not the value says that it is over. */
  readonly value: number | null;
  /** The value farthest beyond the limit since the breach began; null: not known, as after a restart. */
  readonly peakValue: number | null;
  /**
   * `idle`: too little happens to judge it by, such as no attempt of which a share could fail. `unwatched`: its rule, or what its scope
   * names, is gone; nobody looks any more.
   */
  readonly because: "in-order" | "idle" | "unwatched";
};

/** What an evaluation found out. */
export type Evaluated = Raised | Cleared;

/** How an alert stands among others when it is raised. */
export type AmongOthers = {
  /** Names the alerts that came of one thing: the rule, scope and time of the first, or of their cause. */
  readonly group: string;
  /** Whether it was the first of them (ISA-18.2). */
  readonly firstOut: boolean;
  /** The active alert that explains it; null: none. */
  readonly suppressedBy: AlertKey | null;
};

/** What the life cycle of an alert is told. */
export type AlertSignal =
  | (Raised & AmongOthers)
  | Cleared
  /** It stands, and `suppressedBy` explains it: suppressed by design (ISA-18.2), and of its group from here on. */
  | (OfAlert & { readonly kind: "suppress"; readonly suppressedBy: AlertKey; readonly group: string })
  /** It stands, and nothing else says it any more. */
  | (OfAlert & { readonly kind: "unsuppress" });
