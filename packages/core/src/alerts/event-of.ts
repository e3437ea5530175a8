import { type KpiDefinition, kpiCatalog } from "../kpi/index.ts";
import type { Condition } from "./condition.ts";
import type { AlertEvent } from "./life-cycle.ts";
import { messageOfAlert } from "./message.ts";
import type { AlertRule } from "./rule.ts";
import type { AlertSignal, Cleared } from "./signal.ts";

/** What is said of an end that no value says. */
const notesOfClear: Readonly<Record<Cleared["because"], string | null>> = {
  "in-order": null,
  idle: "too little happens to judge it by: it is raised again if that breaches it",
  unwatched: "nobody watches it any more",
};

/**
 * What a signal means for the life of its alert.
 * @param rule the one that the signal names
 * @param release SHA-256 of the release that it is of, hexadecimal
 */
export function eventOf(
  signal: AlertSignal,
  rule: AlertRule | undefined,
  release: string,
): AlertEvent | null {
  switch (signal.kind) {
    case "raise": {
      if (rule === undefined) return null;
      const { value, limit, scope, group, firstOut, suppressedBy, breachedAtEpochMs } = signal;
      const unit = unitOf(rule);
      const facts = { value: figureText(value, unit), limit: figureText(limit, unit), scope };
      return {
        ...{ kind: "raise", ruleId: rule.id, release, scope, severity: rule.severity, unit, value, limit },
        ...{ message: messageOfAlert(rule.message, facts), group, firstOut, suppressedBy, breachedAtEpochMs },
      };
    }
    case "clear": {
      const { value, peakValue, because } = signal;
      return { kind: "clear", value, peakValue, note: notesOfClear[because] };
    }
    case "suppress":
      return { kind: "suppress", suppressedBy: signal.suppressedBy, group: signal.group };
    case "unsuppress":
      return { kind: "unsuppress" };
  }
}

/** What values and limits of conditions are counted in that do not compare the KPI itself. */
const ownUnits: Partial<Record<Condition["kind"], string>> = {
  absence: "ms",
  "burn-rate": "× the budget",
};

function unitOf({ kpi, condition }: Pick<AlertRule, "kpi" | "condition">): string {
  const { unit }: KpiDefinition = kpiCatalog[kpi];
  return ownUnits[condition.kind] ?? unit;
}

/** A figure as people read it: three digits that count, with its unit. */
export function figureText(value: number | null, unit: string): string {
  if (value === null) return "unknown";
  if (unit === "ratio") return `${digits(value * 100, 6)} %`;
  if (unit === "ms" && Math.abs(value) >= 2 * 3_600_000) return `${digits(value / 3_600_000, 3)} h`;
  if (unit === "ms" && Math.abs(value) >= 120_000) return `${digits(value / 60_000, 3)} min`;
  if (unit === "ms" && Math.abs(value) >= 1_000) return `${digits(value / 1_000, 3)} s`;
  return `${digits(value, 3)} ${unit}`;
}

/** Whole numbers whole; else rounded to so many digits. */
function digits(value: number, significant: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(significant)));
}
