import type { RejectReason } from "../tap/index.ts";
import type { CounterName, HistogramName, TelemetryDelta } from "./delta.ts";
import { Histogram } from "./histogram.ts";

/** What one process has counted since its start: the sum of its deltas. Only grows. */
export class CumulativeTelemetry {
  readonly counters = new Map<CounterName, number>();
  readonly rejects = new Map<RejectReason, number>();
  readonly histograms = new Map<HistogramName, Histogram>();

  add({ counters, rejects, histograms }: Pick<TelemetryDelta, "counters" | "rejects" | "histograms">): void {
    addTo(this.counters, counters);
    addTo(this.rejects, rejects);
    for (const [name, data] of entriesOf(histograms)) {
      const known = this.histograms.get(name) ?? new Histogram();
      known.merge(data);
      this.histograms.set(name, known);
    }
  }
}

function addTo<Name extends string>(sums: Map<Name, number>, more: Partial<Record<Name, number>>): void {
  for (const [name, by] of entriesOf(more)) sums.set(name, (sums.get(name) ?? 0) + by);
}

/** What a record holds, by the names that its type knows. */
function entriesOf<Name extends string, Value>(record: Partial<Record<Name, Value>>): [Name, Value][] {
  return Object.entries(record) as [Name, Value][];
}
