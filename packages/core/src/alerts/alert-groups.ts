import { type KpiScope, scopeDimensions } from "../kpi/index.ts";
import type { Raised } from "./signal.ts";

/** An alert joins those before it when the last of them is no older than this, ms. */
const togetherMs = 5_000;
/** A group takes nobody in any more when its first is older than this, ms: later ones have other causes. */
const longestGroupMs = 60_000;

type Group = { readonly id: string; readonly firstEpochMs: number; lastEpochMs: number };

/** Alerts that begin together and have to do with each other, told apart by time and place. */
export class AlertGroups {
  /** Groups that still take others in, by what their alerts have to do with. */
  readonly #groups = new Map<string, Group>();
  #tidyAt = 100;

  /** The group of what has just been raised, and whether it is the first of it. */
  join({ ruleId, scope, scopeKey: key, atEpochMs }: Raised): { group: string; firstOut: boolean } {
    const named = namesIn(scope);
    if (this.#groups.size > this.#tidyAt) this.#tidy(atEpochMs);
    // What concerns the whole installation has to do with everything.
    const related = named.length === 0 ? [...this.#groups.keys()] : [...named, ""];
    const open = related
      .map((about) => this.#groups.get(about))
      .find((group) => group !== undefined && isOpen(group, atEpochMs));
    const group = open ?? {
      id: `${ruleId}|${key}|${atEpochMs}`,
      firstEpochMs: atEpochMs,
      lastEpochMs: atEpochMs,
    };
    group.lastEpochMs = Math.max(group.lastEpochMs, atEpochMs);
    for (const about of named.length === 0 ? [""] : named) this.#groups.set(about, group);
    return { group: group.id, firstOut: open === undefined };
  }

  /** Leaves out groups that take nobody in any more. */
  #tidy(nowEpochMs: number): void {
    for (const [about, group] of this.#groups) if (!isOpen(group, nowEpochMs)) this.#groups.delete(about);
    this.#tidyAt = 2 * this.#groups.size + 100;
  }
}

function namesIn(scope: KpiScope): string[] {
  return scopeDimensions.flatMap((dimension) => {
    const value = scope[dimension];
    return value === undefined ? [] : [`${dimension}=${value}`];
  });
}

function isOpen({ firstEpochMs, lastEpochMs }: Group, nowEpochMs: number): boolean {
  return (
    Math.abs(nowEpochMs - lastEpochMs) <= togetherMs && Math.abs(nowEpochMs - firstEpochMs) <= longestGroupMs
  );
}
