import { z } from "zod";
import type { KpiScope } from "../../kpi/index.ts";

/** The longest time for which one may be told nothing, ms: 7 days. */
export const maxMaintenanceMs = 7 * 24 * 3_600_000;

/** A time in which alerts are raised and shown, and told to nobody. */
export const maintenanceSchema = z.strictObject({
  id: z.uuid(),
  /** Empty = all, and those of no site. */
  sites: z.array(z.string().min(1).max(100)).max(1_000),
  /** Ids of rules; empty = all. */
  rules: z.array(z.string().min(1).max(60)).max(1_000),
  startsAtEpochMs: z.int(),
  endsAtEpochMs: z.int(),
});

export type Maintenance = z.infer<typeof maintenanceSchema>;

type OfAlert = { readonly ruleId: string; readonly scope: KpiScope };

/** When the last of the windows that hold an alert back now is over, epoch ms; null where none does. */
export function heldUntil(
  windows: readonly Maintenance[],
  { ruleId, scope }: OfAlert,
  nowEpochMs: number,
): number | null {
  const ends = windows.flatMap((window) => {
    const isNow = window.startsAtEpochMs <= nowEpochMs && nowEpochMs < window.endsAtEpochMs;
    const isOfRule = window.rules.length === 0 || window.rules.includes(ruleId);
    const isOfSite =
      window.sites.length === 0 || (scope.site !== undefined && window.sites.includes(scope.site));
    return isNow && isOfRule && isOfSite ? [window.endsAtEpochMs] : [];
  });
  return ends.length === 0 ? null : Math.max(...ends);
}
