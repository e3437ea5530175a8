import { type KpiScope, scopeKey } from "../kpi/index.ts";
import { AlertGroups } from "./alert-groups.ts";
import { Causes, isInTime } from "./causes.ts";
import { DueQueue } from "./due-queue.ts";
import type { AlertRule } from "./rule.ts";
import type { AlertKey, AlertSignal, Cleared, Evaluated, Raised } from "./signal.ts";

/** What was found together is told in the order of causes, not of time: only a clock that goes back farther was put back, ms. */
const clockSlackMs = 60_000;

/** An alert that is active, and how it stands among others. */
export type ActiveAlert = {
  readonly ruleId: string;
  readonly scope: KpiScope;
  readonly group: string;
  readonly firstOut: boolean;
  readonly suppressedBy: AlertKey | null;
  readonly breachedAtEpochMs: number;
};

/** What tells an alert, apart from how it stands among others. */
type Alone = Omit<ActiveAlert, "group" | "firstOut" | "suppressedBy">;

type Standing = ActiveAlert & {
  readonly key: AlertKey;
  group: string;
  firstOut: boolean;
  suppressedBy: AlertKey | null;
  /** Alerts that would suppress it, the nearest first. */
  ancestors: readonly AlertKey[];
  /** Since when nothing suppresses it any more, while it is not let go yet; null: it is not held. */
  heldSinceEpochMs: number | null;
  /** For the queue: until when it is held. */
  wakeMs: number;
};

/**
 * Puts what was evaluated into order before people hear of it: alerts that begin together and have to do with each other are one
 * group, whose first is marked (ISA-18.2: first-out); an alert whose cause is active itself is suppressed by design, and of its
 * cause's group, to whose cause it leaves the mark. Nothing is left out: what is suppressed has its life all the same. Holds what is active, and no more.
 */
export class FloodControl {
  #causes: Causes;
  readonly #active = new Map<string, Standing>();
  /** Those that are active, by their rules. */
  readonly #byRule = new Map<string, Set<Standing>>();
  /** Who is below an alert that is, or may become, active. */
  readonly #below = new Map<string, Set<Standing>>();
  /** Who is explained by alerts of a rule wherever they are. */
  readonly #belowRule = new Map<string, Set<Standing>>();
  readonly #groups = new AlertGroups();
  /** Who is to be let go. */
  readonly #held = new DueQueue<Standing>();
  #lastEpochMs = Number.NEGATIVE_INFINITY;

  constructor(rules: readonly AlertRule[]) {
    this.#causes = new Causes(rules);
  }

  /** When `tick` is to be called although nothing was evaluated; null: never. */
  get dueEpochMs(): number | null {
    const { firstMs } = this.#held;
    return Number.isFinite(firstMs) ? firstMs : null;
  }

  /** Takes over what was active before a restart. What was suppressed by a cause that is over by now is held as if it ended now. */
  adopt(alerts: readonly ActiveAlert[], nowEpochMs: number): AlertSignal[] {
    const adopted = alerts.map((alert) => this.#goOn(alert, alert));
    return adopted.flatMap((standing) => this.#settle(standing, nowEpochMs));
  }

  /** What the life cycle is told of what one evaluation found: causes before their consequences, else in the same order. */
  take(evaluated: readonly Evaluated[]): AlertSignal[] {
    if (evaluated.length < 2) return evaluated.flatMap((one) => this.#takeOne(one));
    const causesFirst = evaluated.toSorted(
      (one, other) => this.#causes.depthOf(one.ruleId) - this.#causes.depthOf(other.ruleId),
    );
    return causesFirst.flatMap((one) => this.#takeOne(one));
  }

  #takeOne(evaluated: Evaluated): AlertSignal[] {
    const signals = this.tick(evaluated.atEpochMs);
    signals.push(...(evaluated.kind === "raise" ? this.#raise(evaluated) : this.#clear(evaluated)));
    return signals;
  }

  /** Lets go who is suppressed by nothing any more. */
  tick(nowEpochMs: number): AlertSignal[] {
    const due = nowEpochMs < this.#lastEpochMs - clockSlackMs ? this.#heldAhead(nowEpochMs) : [];
    this.#lastEpochMs = nowEpochMs;
    for (let one = this.#held.take(nowEpochMs); one !== null; one = this.#held.take(nowEpochMs))
      due.push(one);
    return due.map((standing) => {
      standing.heldSinceEpochMs = null;
      standing.suppressedBy = null;
      return { kind: "unsuppress", ...alertOf(standing, nowEpochMs) };
    });
  }

  /** Who would be held for long by a clock that went back: then nobody is. */
  #heldAhead(nowEpochMs: number): Standing[] {
    const ahead = [...this.#active.values()].filter(
      ({ heldSinceEpochMs }) => heldSinceEpochMs !== null && heldSinceEpochMs > nowEpochMs,
    );
    for (const standing of ahead) this.#held.drop(standing);
    return ahead;
  }

  /** Goes on by other rules: who is whose consequence may have changed. */
  change(rules: readonly AlertRule[], nowEpochMs: number): AlertSignal[] {
    this.#causes = new Causes(rules);
    this.#below.clear();
    this.#belowRule.clear();
    for (const standing of this.#active.values()) this.#place(standing);
    return [...this.#active.values()].flatMap((standing) => this.#settle(standing, nowEpochMs));
  }

  #raise(raised: Raised): AlertSignal[] {
    const known = this.#active.get(textOf(raised));
    const standing = known === undefined ? this.#enter(raised) : this.#goOn(raised, known);
    const ofRule = [...(this.#belowRule.get(raised.ruleId) ?? [])];
    const explained = [
      ...(this.#below.get(textOf(raised)) ?? []),
      ...ofRule.filter((below) => this.#isExplainedAnew(below, standing)),
    ];
    const told =
      known === undefined ? [this.#begin(standing, raised, explained)] : this.#again(standing, raised);
    return [...told, ...explained.flatMap((below) => this.#settle(below, raised.atEpochMs))];
  }

  /** Finds the place of what is raised among what stands. Where it explains the first of the group that it joins, it is the first itself. */
  #begin(standing: Standing, raised: Raised, explained: readonly Standing[]): AlertSignal {
    const cause = this.#causeOf(standing);
    const joined = cause === null ? this.#groups.join(raised) : { group: cause.group, firstOut: false };
    const isOfFirst = (below: Standing) => below.firstOut && below.group === joined.group;
    const { group } = joined;
    const firstOut = joined.firstOut || (cause === null && explained.some(isOfFirst));
    const suppressedBy = cause?.key ?? null;
    Object.assign(standing, { group, firstOut, suppressedBy });
    return { ...raised, group, firstOut, suppressedBy };
  }

  /** What stands already is told anew by whoever took over: its life goes on, and so does what suppresses it. */
  #again(standing: Standing, raised: Raised): AlertSignal[] {
    const { group, firstOut, suppressedBy } = standing;
    return [{ ...raised, group, firstOut, suppressedBy }, ...this.#settle(standing, raised.atEpochMs)];
  }

  /** Whether what nothing suppresses, or nothing any more, is a consequence of what has just been raised elsewhere. */
  #isExplainedAnew(
    { ruleId, suppressedBy, heldSinceEpochMs, breachedAtEpochMs }: Standing,
    raised: Standing,
  ) {
    if (suppressedBy !== null && heldSinceEpochMs === null) return false;
    // A cause that comes and goes: it began anew, what it led to did not.
    if (isSame(suppressedBy, raised.key)) return true;
    return this.#causes
      .elsewhere(ruleId)
      .some(
        (cause) =>
          cause.rule === raised.ruleId && isInTime(cause, breachedAtEpochMs, raised.breachedAtEpochMs),
      );
  }

  #clear(cleared: Cleared): AlertSignal[] {
    this.#leave(cleared);
    const ofRule = [...(this.#belowRule.get(cleared.ruleId) ?? [])].filter(({ suppressedBy }) =>
      isSame(suppressedBy, cleared),
    );
    const below = [...(this.#below.get(textOf(cleared)) ?? []), ...ofRule];
    return [cleared, ...below.flatMap((one) => this.#settle(one, cleared.atEpochMs))];
  }

  #leave(key: AlertKey): void {
    const standing = this.#active.get(textOf(key));
    if (standing === undefined) return;
    this.#held.drop(standing);
    this.#active.delete(textOf(key));
    takeOut(this.#byRule, key.ruleId, standing);
    for (const ancestor of standing.ancestors) takeOut(this.#below, textOf(ancestor), standing);
    for (const { rule } of this.#causes.elsewhere(key.ruleId)) takeOut(this.#belowRule, rule, standing);
  }

  #enter({ ruleId, scope, breachedAtEpochMs }: Alone): Standing {
    const key = { ruleId, scopeKey: scopeKey(scope) };
    const standing: Standing = {
      ...{ key, ruleId, scope, breachedAtEpochMs, ancestors: [] },
      ...{ group: "", firstOut: false, suppressedBy: null },
      ...{ heldSinceEpochMs: null, wakeMs: Number.POSITIVE_INFINITY },
    };
    this.#leave(key);
    this.#active.set(textOf(key), standing);
    putIn(this.#byRule, ruleId, standing);
    this.#place(standing);
    return standing;
  }

  /** Enters anew what stands already: in its group, suppressed as it was, and held no longer than it would have been. */
  #goOn(alert: Alone, { group, firstOut, suppressedBy }: Omit<ActiveAlert, keyof Alone>): Standing {
    const key = textOf({ ruleId: alert.ruleId, scopeKey: scopeKey(alert.scope) });
    const heldSinceEpochMs = this.#active.get(key)?.heldSinceEpochMs ?? null;
    const standing = Object.assign(this.#enter(alert), { group, firstOut, suppressedBy });
    if (heldSinceEpochMs !== null) this.#hold(standing, heldSinceEpochMs);
    return standing;
  }

  #place(standing: Standing): void {
    standing.ancestors = this.#causes.ancestorsOf(standing.ruleId, standing.scope);
    for (const ancestor of standing.ancestors) putIn(this.#below, textOf(ancestor), standing);
    for (const { rule } of this.#causes.elsewhere(standing.ruleId)) putIn(this.#belowRule, rule, standing);
  }

  /** The nearest alert that says the same and more, else one elsewhere that explains it: of these the one that did so before. */
  #causeOf(standing: Standing): Standing | null {
    for (const ancestor of standing.ancestors) {
      const active = this.#active.get(textOf(ancestor));
      if (active !== undefined) return active;
    }
    let first: Standing | null = null;
    for (const cause of this.#causes.elsewhere(standing.ruleId))
      for (const one of this.#byRule.get(cause.rule) ?? []) {
        if (isSame(standing.suppressedBy, one.key)) return one;
        if (isInTime(cause, standing.breachedAtEpochMs, one.breachedAtEpochMs)) first ??= one;
      }
    return first;
  }

  /** Suppresses by the cause that stands now; where none does, holds for a moment. */
  #settle(standing: Standing, nowEpochMs: number): AlertSignal[] {
    const cause = this.#causeOf(standing);
    if (cause === null) {
      this.#hold(standing, nowEpochMs);
      return [];
    }
    this.#held.drop(standing);
    standing.heldSinceEpochMs = null;
    if (isSame(standing.suppressedBy, cause.key)) return [];
    standing.suppressedBy = cause.key;
    standing.group = cause.group;
    standing.firstOut = false;
    const { group, key: suppressedBy } = cause;
    return [{ kind: "suppress", ...alertOf(standing, nowEpochMs), suppressedBy, group }];
  }

  #hold(standing: Standing, nowEpochMs: number): void {
    const { suppressedBy, heldSinceEpochMs, ruleId } = standing;
    if (suppressedBy === null || heldSinceEpochMs !== null) return;
    standing.heldSinceEpochMs = nowEpochMs;
    this.#held.wake(standing, nowEpochMs + this.#causes.holdMs(ruleId, suppressedBy));
  }
}

function putIn(sets: Map<string, Set<Standing>>, name: string, standing: Standing): void {
  sets.set(name, (sets.get(name) ?? new Set()).add(standing));
}

function takeOut(sets: Map<string, Set<Standing>>, name: string, standing: Standing): void {
  const set = sets.get(name);
  set?.delete(standing);
  if (set?.size === 0) sets.delete(name);
}

function alertOf({ key, scope }: Standing, atEpochMs: number) {
  return { ...key, scope, atEpochMs };
}

function isSame(one: AlertKey | null, other: AlertKey): boolean {
  return one?.ruleId === other.ruleId && one.scopeKey === other.scopeKey;
}

function textOf({ ruleId, scopeKey: key }: AlertKey): string {
  return `${ruleId} ${key}`;
}
