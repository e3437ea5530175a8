import type { Severity } from "@tapline/core/alerts";
import { formatCount, formatRate } from "../../client/format.ts";
import type { AlarmHealth } from "../../contracts/alert-health.ts";
import * as strings from "../../strings/generated/alert-health/measures.ts";

/** One measure beside what ISA-18.2 (table 7) and EEMUA 191 hold for tolerable. */
export interface MeasureText {
  name: string;
  value: string;
  unit: string;
  tolerable: string;
  isTolerable: boolean;
}

/** A share as people read it. */
export function shareOf(ratio: number): string {
  return `${formatRate(ratio * 100).replace(/\.0$/, "")} %`;
}

const alertsOf = (count: number) => strings.alerts({ count });

export function measuresOf({ perOperatorPer10Min, floodRatio, totals, targets }: AlarmHealth): MeasureText[] {
  const { mean, max } = perOperatorPer10Min;
  return [
    {
      ...{ name: strings.meanIn10Min, value: mean.toFixed(2), unit: strings.perOperator },
      ...{ tolerable: strings.atMostPerOperatorPer({ perOperatorPer10Min: targets.perOperatorPer10Min }) },
      isTolerable: mean <= targets.perOperatorPer10Min,
    },
    {
      ...{ name: strings.mostIn10Min, value: formatRate(max).replace(/\.0$/, ""), unit: strings.perOperator },
      ...{
        tolerable: strings.atMostFloodAbove({ floodAbove: targets.floodAbove }),
        isTolerable: max <= targets.floodAbove,
      },
    },
    {
      ...{ name: strings.timeInFlood, value: shareOf(floodRatio).slice(0, -2), unit: strings.ofTheTime },
      ...{
        tolerable: strings.belowShare({ share: shareOf(targets.floodRatio) }),
        isTolerable: floodRatio < targets.floodRatio,
      },
    },
    {
      ...{
        name: strings.chattering,
        value: formatCount(totals.chattering),
        unit: alertsOf(totals.chattering),
      },
      ...{ tolerable: "none", isTolerable: totals.chattering <= targets.chattering },
    },
    {
      ...{ name: strings.stale, value: formatCount(totals.stale), unit: alertsOf(totals.stale) },
      ...{
        tolerable: strings.atMostStale({ stale: targets.stale }),
        isTolerable: totals.stale <= targets.stale,
      },
    },
  ];
}

/** How many called of one severity, of all that called, and what share is wanted; 0-1. */
export interface SeverityShare {
  severity: Severity;
  calls: number;
  /** `null`: nothing called. */
  ratio: number | null;
  wantedRatio: number;
}

/** The worst first. */
export function severityShares({ severities, annunciated, targets }: AlarmHealth): SeverityShare[] {
  return (["critical", "warning", "info"] as const).map((severity) => ({
    ...{ severity, calls: severities[severity], wantedRatio: targets.severityRatios[severity] },
    ratio: annunciated === 0 ? null : severities[severity] / annunciated,
  }));
}
