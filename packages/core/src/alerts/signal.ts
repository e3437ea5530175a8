import type { KpiScope } from "../kpi/index.ts";

type OfAlert = {
  readonly ruleId: string;
  /** A value for each dimension of its rule's `per`. */
  readonly scope: KpiScope;
  /** `scopeKey(scope)`: with the rule's id it names the alert. */
  readonly scopeKey: string;
  /** When it was found, by the clock of who evaluates. */
  readonly atEpochMs: number;
};

/** What an evaluation found out, for the life cycle of the alert. */
export type AlertSignal =
  | (OfAlert & {
      readonly kind: "raise";
      /** In the unit of the condition's limit; null where that nothing is known is the breach. */
      readonly value: number | null;
      readonly limit: number;
      /** Since when it was breached: `onDelayMs` or more before `atEpochMs`. */
      readonly breachedAtEpochMs: number;
    })
  | (OfAlert & { readonly kind: "clear"; readonly value: number | null; readonly limit: number })
  /** Suppressed by design (ISA-18.2): `by` is the active alert that says the same and more. */
  | (OfAlert & {
      readonly kind: "suppress";
      readonly by: { readonly ruleId: string; readonly scopeKey: string };
    })
  | (OfAlert & { readonly kind: "unsuppress" });

export type AlertSignalOf<Kind extends AlertSignal["kind"]> = Extract<AlertSignal, { kind: Kind }>;
