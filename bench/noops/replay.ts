import {
  compareScalers,
  hpaScaler,
  measuredServices,
  type Simulated,
  splitTrace,
} from "@tapline/core/balance";
import type { BenchOptions } from "../bench.ts";
import { figure, type Row } from "../report.ts";
import { learnDays, seeds, traceKinds, traceOf } from "./traces.ts";

/** What many users set instead: the target of the documents' walk-through. */
const lowTarget = 0.5;

type Sum = { violationMinutes: number; replicaHours: number; acts: number; reversals: number };

const nothing = (): Sum => ({ violationMinutes: 0, replicaHours: 0, acts: 0, reversals: 0 });

function add(sum: Sum, run: Simulated | undefined): void {
  sum.violationMinutes += run?.violationMinutes ?? 0;
  sum.replicaHours += run?.replicaHours ?? 0;
  sum.acts += run?.acts ?? 0;
  sum.reversals += run?.reversals ?? 0;
}

/**
 * Runs each kind of trace, of seeds on which nothing was chosen, through each service, under `balance` and under the Horizontal Pod
 * Autoscaler, both of which decide each 15 s.
 */
export function replays({ quick, say }: BenchOptions, faults: string[]): Row[] {
  const [ours, hpa, low] = [nothing(), nothing(), nothing()];
  const mases: number[] = [];
  let used = 0;
  const days = quick ? 1 : 7;
  for (const seed of quick ? seeds.scored.slice(0, 1) : seeds.scored)
    for (const kind of traceKinds) {
      say(`${days} days of ${kind}, seed ${seed}, through ${measuredServices.length} services`);
      const parts = splitTrace(traceOf(kind, seed, days), learnDays);
      for (const service of measuredServices) {
        const more = [hpaScaler(service, lowTarget)];
        const { results, forecastUse } = compareScalers(service, parts, { seed, fixed: null, more });
        add(ours, results[0]);
        add(hpa, results[1]);
        add(low, results[3]);
        if (results.some(({ minutes }) => minutes.length !== days * 24 * 60))
          faults.push(`${kind}, seed ${seed}: not each minute was run for ${service.service}`);
        used += forecastUse.steps;
        if (forecastUse.steps > 0) mases.push(forecastUse.ownError / forecastUse.naiveError);
      }
    }
  if (used === 0) faults.push("no forecast was ever used");
  return rowsOf({ ours, hpa, low }, mases);
}

function rowsOf({ ours, hpa, low }: Record<"ours" | "hpa" | "low", Sum>, mases: readonly number[]): Row[] {
  const target = "HPA by its documented defaults, at 80 % busy servers";
  const compared = (row: string, of: keyof Sum, against: Sum, unit: string, note: string): Row => ({
    ...{ row, ours: round(ours[of]), baseline: round(against[of]), unit, note },
    ratio: round(ours[of] / against[of]),
  });
  return [
    {
      ...compared("violation-minutes-vs-hpa", "violationMinutes", hpa, "min", `baseline: ${target}`),
      aim: "≤ 0.5",
    },
    { ...compared("replica-hours-vs-hpa", "replicaHours", hpa, "h", `baseline: ${target}`), aim: "≤ 1.0" },
    compared(
      "violation-minutes-vs-hpa-50",
      "violationMinutes",
      low,
      "min",
      "baseline: HPA at 50 %, which costs more",
    ),
    compared("replica-hours-vs-hpa-50", "replicaHours", low, "h", "baseline: HPA at 50 %"),
    compared("acts-vs-hpa", "acts", hpa, "acts", `changes of the wanted number; baseline: ${target}`),
    compared("reversals-vs-hpa", "reversals", hpa, "turns", "changes of direction within 15 min"),
    figure("forecast-mase", "ratio", [Math.max(...mases)], {
      aim: "< 1",
      note: "the worst of all runs, one step of 5 min ahead, in steps in which it was used; the scale is the same time a week before",
    }),
  ];
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
