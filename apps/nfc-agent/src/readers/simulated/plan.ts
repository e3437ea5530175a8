import { type Random, wholeBetween } from "@tapline/core/kernel";
import type { Scenario } from "./scenario.ts";
import { type VisitKind, visitKinds } from "./visit.ts";

const endlessRun = 1000;

/**
 * The kinds of `count` visits in order: exactly round(count * ratio) of each, at places that `random` picks, and fresh
 * ones besides. The first is fresh, so that a duplicate always has something to repeat.
 */
export function planKinds(count: number, ratios: Scenario["ratios"], random: Random): VisitKind[] {
  const kinds = new Array<VisitKind>(count).fill("fresh");
  let from = 1;
  for (const kind of visitKinds) {
    const until = from + Math.round(count * (ratios[kind] ?? 0));
    kinds.fill(kind, from, until);
    from = until;
  }
  // Fisher-Yates over all but the first.
  for (let at = count - 1; at > 1; at--) {
    const other = wholeBetween(random, 1, at);
    const kind = kinds[at] ?? "fresh";
    kinds[at] = kinds[other] ?? "fresh";
    kinds[other] = kind;
  }
  return kinds;
}

/** All visits of a scenario: its script, or `count` of its mix, or without an end where `count` is null. */
export function* planVisits(scenario: Scenario, count: number | null, random: Random): Generator<VisitKind> {
  if (scenario.script !== undefined)
    for (const { visit, times } of scenario.script) for (let i = 0; i < times; i++) yield visit;
  else if (count !== null) yield* planKinds(count, scenario.ratios, random);
  else for (;;) yield* planKinds(endlessRun, scenario.ratios, random);
}
