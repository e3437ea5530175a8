import { type KpiScope, scopeDimensions, scopeKey } from "../kpi/index.ts";
import { type AlertRule, dimensionsOf } from "./rule.ts";
import type { AlertKey, AlertSignal, Cleared, Evaluated, Raised } from "./signal.ts";

/** An alert joins those before it when the last of them is no older than this, ms. */
const togetherMs = 5_000;
/** A group takes nobody in any more when its first is older than this, ms: later ones have other causes. */
const longestGroupMs = 60_000;
/** So long after its cause is over an alert stays suppressed, ms: most are over themselves by then. */
const holdMs = 10_000;

/** An alert that is active, and how it stands among others. */
export type ActiveAlert = {
  readonly ruleId: string;
  readonly scope: KpiScope;
  readonly group: string;
  readonly suppressedBy: AlertKey | null;
};

type Standing = ActiveAlert & {
  readonly key: AlertKey;
  suppressedBy: AlertKey | null;
  /** Alerts that would suppress it, the nearest first. */
  ancestors: readonly AlertKey[];
};

type Group = { readonly id: string; readonly firstEpochMs: number; lastEpochMs: number };

/**
 * Puts what was evaluated into order before people hear of it: alerts that begin together and have to do with each other are one
 * group, whose first is marked (ISA-18.2: first-out); an alert whose cause is active itself is suppressed by design. Nothing is
 * left out: what is suppressed has its life all the same. Holds what is active, and no more.
 */
export class FloodControl {
  #rules: ReadonlyMap<string, AlertRule> = new Map();
  readonly #active = new Map<string, Standing>();
  /** Who is below an alert that is, or may become, active. */
  readonly #below = new Map<string, Set<Standing>>();
  /** Groups that still take others in, by what their alerts have to do with. */
  readonly #groups = new Map<string, Group>();
  #tidyAt = 100;
  /** Who is to be let go, in order of time. */
  #held: { readonly standing: Standing; readonly sinceEpochMs: number }[] = [];

  constructor(rules: readonly AlertRule[]) {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
  }

  /** When `tick` is to be called although nothing was evaluated; null: never. */
  get dueEpochMs(): number | null {
    const [first] = this.#held;
    return first === undefined ? null : first.sinceEpochMs + holdMs;
  }

  /** Takes over what was active before a restart. */
  adopt(alerts: readonly ActiveAlert[]): void {
    for (const alert of alerts)
      this.#enter({ ...alert, scopeKey: scopeKey(alert.scope) }, alert.group, alert.suppressedBy);
  }

  /** What the life cycle is told of what one evaluation found: causes before their consequences, else in the same order. */
  take(evaluated: readonly Evaluated[]): AlertSignal[] {
    if (evaluated.length < 2) return evaluated.flatMap((one) => this.#takeOne(one));
    const causesFirst = evaluated.toSorted((one, other) => this.#depthOf(one) - this.#depthOf(other));
    return causesFirst.flatMap((one) => this.#takeOne(one));
  }

  /** How many rules stand above its own. */
  #depthOf({ ruleId, scope }: Evaluated): number {
    return ancestorsOf({ ruleId, scope }, this.#rules).length;
  }

  #takeOne(evaluated: Evaluated): AlertSignal[] {
    const signals = this.tick(evaluated.atEpochMs);
    signals.push(...(evaluated.kind === "raise" ? this.#raise(evaluated) : this.#clear(evaluated)));
    return signals;
  }

  /** Lets go who is suppressed by nothing any more. */
  tick(nowEpochMs: number): AlertSignal[] {
    const signals: AlertSignal[] = [];
    for (let [first] = this.#held; first !== undefined; [first] = this.#held) {
      const heldMs = nowEpochMs - first.sinceEpochMs;
      // A clock that went back would hold for long: then nobody is held.
      if (heldMs >= 0 && heldMs < holdMs) break;
      this.#held.shift();
      const { standing } = first;
      const stands = this.#active.get(textOf(standing.key)) === standing;
      if (!stands || standing.suppressedBy === null || this.#cause(standing) !== null) continue;
      standing.suppressedBy = null;
      signals.push({ kind: "unsuppress", ...alertOf(standing, nowEpochMs) });
    }
    return signals;
  }

  /** Goes on by other rules: who is whose consequence may have changed. */
  change(rules: readonly AlertRule[], nowEpochMs: number): AlertSignal[] {
    this.#rules = new Map(rules.map((rule) => [rule.id, rule]));
    this.#below.clear();
    for (const standing of this.#active.values()) this.#place(standing);
    return [...this.#active.values()].flatMap((standing) => this.#settle(standing, nowEpochMs));
  }

  #raise(raised: Raised): AlertSignal[] {
    const { group, firstOut } = this.#groupOf(raised);
    const standing = this.#enter(raised, group, null);
    standing.suppressedBy = this.#cause(standing);
    const signals: AlertSignal[] = [{ ...raised, group, firstOut, suppressedBy: standing.suppressedBy }];
    for (const below of this.#below.get(textOf(raised)) ?? [])
      signals.push(...this.#settle(below, raised.atEpochMs));
    return signals;
  }

  #clear(cleared: Cleared): AlertSignal[] {
    this.#leave(cleared);
    const below = [...(this.#below.get(textOf(cleared)) ?? [])];
    return [cleared, ...below.flatMap((one) => this.#settle(one, cleared.atEpochMs))];
  }

  #leave(key: AlertKey): void {
    const standing = this.#active.get(textOf(key));
    if (standing === undefined) return;
    this.#active.delete(textOf(key));
    for (const ancestor of standing.ancestors) {
      const siblings = this.#below.get(textOf(ancestor));
      siblings?.delete(standing);
      if (siblings?.size === 0) this.#below.delete(textOf(ancestor));
    }
  }

  #enter(
    { ruleId, scope, scopeKey: key }: AlertKey & { readonly scope: KpiScope },
    group: string,
    suppressedBy: AlertKey | null,
  ): Standing {
    const standing: Standing = {
      key: { ruleId, scopeKey: key },
      ruleId,
      scope,
      group,
      suppressedBy,
      ancestors: [],
    };
    this.#leave(standing.key);
    this.#active.set(textOf(standing.key), standing);
    this.#place(standing);
    return standing;
  }

  #place(standing: Standing): void {
    standing.ancestors = ancestorsOf(standing, this.#rules);
    for (const ancestor of standing.ancestors) {
      const below = this.#below.get(textOf(ancestor)) ?? new Set();
      this.#below.set(textOf(ancestor), below.add(standing));
    }
  }

  /** The nearest alert that says the same and more. */
  #cause({ ancestors }: Standing): AlertKey | null {
    return ancestors.find((ancestor) => this.#active.has(textOf(ancestor))) ?? null;
  }

  /** Suppresses by the cause that stands now; where none does, holds for a moment. */
  #settle(standing: Standing, nowEpochMs: number): AlertSignal[] {
    const cause = this.#cause(standing);
    if (cause === null) {
      if (standing.suppressedBy !== null) this.#held.push({ standing, sinceEpochMs: nowEpochMs });
      return [];
    }
    if (standing.suppressedBy !== null && textOf(standing.suppressedBy) === textOf(cause)) return [];
    standing.suppressedBy = cause;
    return [{ kind: "suppress", ...alertOf(standing, nowEpochMs), suppressedBy: cause }];
  }

  #groupOf({ ruleId, scope, scopeKey: key, atEpochMs }: Raised): { group: string; firstOut: boolean } {
    const named = scopeDimensions.flatMap((dimension) => {
      const value = scope[dimension];
      return value === undefined ? [] : [`${dimension}=${value}`];
    });
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

function isOpen({ firstEpochMs, lastEpochMs }: Group, nowEpochMs: number): boolean {
  return (
    Math.abs(nowEpochMs - lastEpochMs) <= togetherMs && Math.abs(nowEpochMs - firstEpochMs) <= longestGroupMs
  );
}

function ancestorsOf(
  { ruleId, scope }: Pick<ActiveAlert, "ruleId" | "scope">,
  rules: ReadonlyMap<string, AlertRule>,
): AlertKey[] {
  const found: AlertKey[] = [];
  for (
    let id = rules.get(ruleId)?.parent;
    id !== undefined && found.length < rules.size;
    id = rules.get(id)?.parent
  ) {
    const rule = rules.get(id);
    if (rule === undefined) break;
    const wider = dimensionsOf[rule.per].map((dimension) => [dimension, scope[dimension]] as const);
    found.push({ ruleId: id, scopeKey: scopeKey(Object.fromEntries(wider)) });
  }
  return found;
}

function alertOf({ key, scope }: Standing, atEpochMs: number) {
  return { ...key, scope, atEpochMs };
}

function textOf({ ruleId, scopeKey: key }: AlertKey): string {
  return `${ruleId} ${key}`;
}
