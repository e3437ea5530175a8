import type { KpiSample } from "../kpi/index.ts";
import type { RuleEngine } from "./evaluator.ts";
import type { Evaluated } from "./signal.ts";

/**
 * Leads an engine through what was recorded, as its role does through what happens: each sample at its moment, and time's turn
 * when it is due.
 * @param samples in order of time, none before the engine began
 * @param untilEpochMs up to and with this moment
 */
export function replay(engine: RuleEngine, samples: Iterable<KpiSample>, untilEpochMs: number): Evaluated[] {
  const signals: Evaluated[] = [];
  for (const sample of samples) {
    if (sample.atEpochMs > untilEpochMs) break;
    passTime(engine, sample.atEpochMs, signals);
    signals.push(...engine.take(sample, sample.atEpochMs));
  }
  passTime(engine, untilEpochMs, signals);
  return signals;
}

function passTime(engine: RuleEngine, untilEpochMs: number, signals: Evaluated[]): void {
  for (let due = engine.dueEpochMs; due !== null && due <= untilEpochMs; due = engine.dueEpochMs)
    signals.push(...engine.tick(due));
}
