import {
  compareScalers,
  hpaScaler,
  measuredServices,
  type Simulated,
  splitTrace,
} from "@tapline/core/balance";
import type { BenchOptions } from "../bench.ts";
import { figure, type Row } from "../report.ts";
import { learnDays, seeds, type TraceKind, traceKinds, traceOf } from "./traces.ts";

/** What many users set instead: the target of the documents' walk-through. */
const lowTarget = 0.5;

/** What a scaler came to over all runs of a kind of traces. */
class Sum {
  violationMinutes = 0;
  replicaHours = 0;
  acts = 0;
  reversals = 0;

  add(run: Simulated | Sum | undefined): void {
    this.violationMinutes += run?.violationMinutes ?? 0;
    this.replicaHours += run?.replicaHours ?? 0;
    this.acts += run?.acts ?? 0;
    this.reversals += run?.reversals ?? 0;
  }
}

type Sums = { readonly ours: Sum; readonly hpa: Sum; readonly low: Sum };

const nothing = (): Sums => ({ ours: new Sum(), hpa: new Sum(), low: new Sum() });

/**
 * Runs each kind of trace, of seeds on which nothing was chosen, through each service, under `balance` and under the Horizontal Pod
 * Autoscaler, both of which decide each 15 s.
 */
export function replays({ quick, say }: BenchOptions, faults: string[]): Row[] {
  const byKind = new Map<TraceKind, Sums>();
  const mases: number[] = [];
  const days = quick ? 1 : 7;
  for (const kind of traceKinds) {
    const sums = nothing();
    byKind.set(kind, sums);
    for (const seed of quick ? seeds.scored.slice(0, 1) : seeds.scored) {
      say(`${days} days of ${kind}, seed ${seed}, through ${measuredServices.length} services`);
      const parts = splitTrace(traceOf(kind, seed, days), learnDays);
      for (const service of measuredServices) {
        const more = [hpaScaler(service, lowTarget)];
        const { results, forecastUse } = compareScalers(service, parts, { seed, fixed: null, more });
        sums.ours.add(results[0]);
        sums.hpa.add(results[1]);
        sums.low.add(results[3]);
        if (results.some(({ minutes }) => minutes.length !== days * 24 * 60))
          faults.push(`${kind}, seed ${seed}: not each minute was run for ${service.service}`);
        const mase = forecastUse.mase();
        if (mase !== null) mases.push(mase);
      }
    }
  }
  if (mases.length === 0) faults.push("no forecast was ever used");
  return rowsOf(byKind, mases);
}

const byDefault = "HPA by its documented defaults, at 80 % busy servers";
const byLow = "HPA at 50 %, which costs more";

function rowsOf(byKind: ReadonlyMap<TraceKind, Sums>, mases: readonly number[]): Row[] {
  const all = nothing();
  for (const { ours, hpa, low } of byKind.values()) {
    all.ours.add(ours);
    all.hpa.add(hpa);
    all.low.add(low);
  }
  const each = [...byKind].flatMap(([kind, sums]) => [
    { ...violations(sums, kind), aim: "≤ 0.5" },
    { ...hours(sums, kind), aim: "≤ 1.0" },
    turns(sums, kind),
    compared("violation-minutes-vs-hpa-50", kind, "violationMinutes", sums.ours, sums.low, "min", byLow),
    compared("replica-hours-vs-hpa-50", kind, "replicaHours", sums.ours, sums.low, "h", byLow),
  ]);
  return [
    { ...violations(all, null), aim: "≤ 0.5" },
    { ...hours(all, null), aim: "≤ 1.0" },
    compared("violation-minutes-vs-hpa-50", null, "violationMinutes", all.ours, all.low, "min", byLow),
    compared("replica-hours-vs-hpa-50", null, "replicaHours", all.ours, all.low, "h", byLow),
    compared("acts-vs-hpa", null, "acts", all.ours, all.hpa, "acts", byDefault),
    turns(all, null),
    ...each,
    figure("forecast-mase", "ratio", [Math.max(...mases)], {
      aim: "< 1",
      note: "the worst of all runs, and of 5, 10 and 15 min ahead, in steps for which it was used; the scale is the same time a day or a week before, whichever errs less, as where it is decided whether to use it",
    }),
  ];
}

const violations = ({ ours, hpa }: Sums, kind: TraceKind | null): Row =>
  compared("violation-minutes-vs-hpa", kind, "violationMinutes", ours, hpa, "min", byDefault);

const hours = ({ ours, hpa }: Sums, kind: TraceKind | null): Row =>
  compared("replica-hours-vs-hpa", kind, "replicaHours", ours, hpa, "h", byDefault);

const turns = ({ ours, hpa }: Sums, kind: TraceKind | null): Row =>
  compared("reversals-vs-hpa", kind, "reversals", ours, hpa, "turns within 15 min", byDefault);

/** @param kind of the traces that the row is about; null: all of them */
function compared(
  row: string,
  kind: TraceKind | null,
  of: keyof Omit<Sum, "add">,
  ours: Sum,
  baseline: Sum,
  unit: string,
  note: string,
): Row {
  return {
    row: kind === null ? row : `${row}/${kind}`,
    ...{ ours: round(ours[of]), baseline: round(baseline[of]), unit, note: `baseline: ${note}` },
    // Where the baseline has none of what ours has some of, no ratio says anything.
    ...(baseline[of] === 0 ? {} : { ratio: round(ours[of] / baseline[of]) }),
  };
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}
