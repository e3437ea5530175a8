import { type KpiId, type KpiSample, type KpiScope, scopeDimensions, scopeKey } from "../kpi/index.ts";
import { type Measured, never } from "./conditions/finding.ts";
import { settle, settleDueMs } from "./delays.ts";
import { DueQueue } from "./due-queue.ts";
import type { AlertRule } from "./rule.ts";
import type { Evaluated, Raised } from "./signal.ts";
import { SteadyTime } from "./steady-time.ts";
import {
  begin,
  groupsOf,
  isFor,
  kindOf,
  newWatch,
  notePeak,
  readyRule,
  type ScopeOfWatches,
  type Watch,
  type WatchGroup,
  type WatchGroups,
} from "./watches.ts";

/** A scope that is not watched, since the bound is reached: no alert will ever tell of it. */
export type RefusedScope = { readonly kpi: KpiId; readonly scopeKey: string; readonly refusedInAll: number };

export type EngineOptions = {
  /** Rules × scopes at most. About 300 bytes each; more where a condition remembers a window. */
  readonly maxWatches: number;
  /** Told of the first refused scope, and again each time that the number of refusals has doubled. */
  readonly onRefused: (refused: RefusedScope) => void;
};

/** What happens at one moment: a sample, or time alone. */
type Event = {
  readonly measured: Measured | null;
  readonly nowMs: number;
  readonly nowEpochMs: number;
  readonly happenedAtEpochMs: number;
};

/**
 * Evaluates rules on samples as they come. A sample touches the rules of its KPI and kind of scope alone; for what only time can
 * tell there is one moment at which `tick` is due. Nothing is read or written: it says what to raise and to clear.
 * Every method takes the wall clock, which may jump (`SteadyTime`), and first does what was due.
 */
export class RuleEngine {
  readonly #options: EngineOptions;
  readonly #time: SteadyTime;
  readonly #due = new DueQueue<Watch>();
  #rules: ReadonlyMap<string, AlertRule> = new Map();
  #groups: WatchGroups = new Map();
  #watches = 0;
  #refused = 0;

  constructor(rules: readonly AlertRule[], options: EngineOptions, nowEpochMs: number) {
    this.#options = options;
    this.#time = new SteadyTime(nowEpochMs);
    this.change(rules, nowEpochMs);
  }

  /** Rules × scopes that are watched now. */
  get watches(): number {
    return this.#watches;
  }

  /** When `tick` is to be called although no sample came; null: never. */
  get dueEpochMs(): number | null {
    const dueMs = this.#due.firstMs;
    return dueMs === never ? null : Math.ceil(this.#time.epochMsOf(dueMs));
  }

  /** The wall clock was set ahead by so much (negative: back): delays and windows go on as if it had not been. */
  clockWasSet(byMs: number): void {
    this.#time.clockWasSet(byMs);
  }

  /** What a sample changes. Samples count in the order in which they come, whatever moment they name. */
  take(sample: KpiSample, nowEpochMs: number): Evaluated[] {
    const signals: Evaluated[] = [];
    const nowMs = this.#advance(nowEpochMs, signals);
    const happenedAtEpochMs = Math.min(sample.atEpochMs, nowEpochMs);
    const event = { measured: sample, nowMs, nowEpochMs, happenedAtEpochMs };
    for (const watch of this.#watchesOf(sample.kpi, sample.scope, nowMs)) this.#step(watch, event, signals);
    return signals;
  }

  /** What time alone changes. */
  tick(nowEpochMs: number): Evaluated[] {
    const signals: Evaluated[] = [];
    this.#advance(nowEpochMs, signals);
    return signals;
  }

  /** Watches a scope from now on, so that its silence is noticed though it never spoke. */
  expect(kpi: KpiId, scope: KpiScope, nowEpochMs: number): Evaluated[] {
    const signals: Evaluated[] = [];
    this.#watchesOf(kpi, scope, this.#advance(nowEpochMs, signals));
    return signals;
  }

  /**
   * Takes over alerts that were active when the engine before this one ended; they are cleared once it is known that they are over.
   * @returns also a clear for each whose rule is gone, or reads other scopes now
   */
  adopt(active: readonly Pick<Raised, "ruleId" | "scope">[], nowEpochMs: number): Evaluated[] {
    const signals: Evaluated[] = [];
    const nowMs = this.#advance(nowEpochMs, signals);
    for (const { ruleId, scope } of active) {
      const rule = this.#rules.get(ruleId);
      const isIts = rule !== undefined && rule.per === kindOf(scope);
      const watches = isIts ? this.#watchesOf(rule.kpi, scope, nowMs) : [];
      const watch = watches.find(({ ready }) => ready.rule.id === ruleId);
      if (watch === undefined) {
        const key = { ruleId, scope, scopeKey: scopeKey(scope), atEpochMs: nowEpochMs };
        signals.push({ kind: "clear", ...key, value: null, peakValue: null, because: "unwatched" });
      } else if (!watch.standing.active) {
        this.#due.drop(watch);
        begin(watch, nowMs, true);
        this.#wake(watch, nowMs);
      }
    }
    return signals;
  }

  /** Watches all scopes that lie in this one no longer: what they belong to is gone. @returns a clear for each active alert */
  forget(scope: KpiScope, nowEpochMs: number): Evaluated[] {
    const signals: Evaluated[] = [];
    this.#advance(nowEpochMs, signals);
    const wanted = scopeDimensions.filter((dimension) => scope[dimension] !== undefined);
    for (const { byScope } of this.#allGroups())
      for (const [key, watches] of byScope) {
        const isIn = watches[0] !== undefined && wanted.every((one) => watches[0]?.scope[one] === scope[one]);
        if (!isIn) continue;
        byScope.delete(key);
        this.#watches -= watches.length;
        for (const watch of watches) this.#end(watch, nowEpochMs, signals);
      }
    return signals;
  }

  /**
   * Goes on by other rules. What evaluates as before goes on where it stands; an active alert of a changed rule stays active until
   * that is known to be over by the new one.
   * @returns a clear for each active alert whose rule is gone, or reads other scopes now
   */
  change(rules: readonly AlertRule[], nowEpochMs: number): Evaluated[] {
    const signals: Evaluated[] = [];
    const nowMs = this.#advance(nowEpochMs, signals);
    const before = [...this.#allGroups()].flatMap(({ byScope }) => [...byScope.values()].flat());
    const watching = rules.filter(({ off }) => off !== true);
    this.#rules = new Map(watching.map((rule) => [rule.id, rule]));
    this.#groups = groupsOf(watching.map(readyRule));
    this.#watches = 0;
    for (const old of before) {
      const { kpi, per } = old.ready.rule;
      const group = this.#groups.get(kpi)?.get(per);
      const entered = group === undefined ? [] : this.#enter(group, kpi, old, nowMs);
      const watch = entered.find(({ ready }) => ready.rule.id === old.ready.rule.id);
      if (watch === undefined) this.#end(old, nowEpochMs, signals);
      else this.#goOn(old, watch, nowMs);
    }
    for (const [kpi, byKind] of this.#groups) if (byKind.has("all")) this.#watchesOf(kpi, {}, nowMs);
    return signals;
  }

  /** Does what was due. @returns now, in steady time */
  #advance(nowEpochMs: number, signals: Evaluated[]): number {
    const nowMs = this.#time.advance(nowEpochMs, this.#due.firstMs);
    const event = { measured: null, nowMs, nowEpochMs, happenedAtEpochMs: nowEpochMs };
    for (let watch = this.#due.take(nowMs); watch !== null; watch = this.#due.take(nowMs))
      this.#step(watch, event, signals);
    return nowMs;
  }

  #step(watch: Watch, event: Event, signals: Evaluated[]): void {
    const { rule, evaluator } = watch.ready;
    const before = watch.finding;
    const finding = evaluator.step(before, event.measured, event.nowMs);
    if (finding === before && watch.standing.otherwiseSinceMs === null && event.measured !== null) return;
    const wasActive = watch.standing.active;
    watch.finding = finding;
    if (finding.breached) {
      // A breach that comes back within the delay of its clearing is the same one.
      const isNew = !before.breached && !wasActive;
      if (isNew) watch.breachedAtEpochMs = event.happenedAtEpochMs;
      notePeak(watch, isNew);
    }
    watch.standing = settle(watch.standing, finding, event.nowMs, rule);
    this.#wake(watch, event.nowMs);
    if (watch.standing.active !== wasActive) signals.push(signalOf(watch, event.nowEpochMs));
  }

  #wake(watch: Watch, nowMs: number): void {
    const dueMs = Math.min(watch.finding.dueMs, settleDueMs(watch.standing, watch.finding, watch.ready.rule));
    // Later than now in any case: what is due is looked at once in a moment.
    if (dueMs !== never) this.#due.wake(watch, Math.max(dueMs, nowMs + 1));
  }

  #watchesOf(kpi: KpiId, scope: KpiScope, nowMs: number): readonly Watch[] {
    const group = this.#groups.get(kpi)?.get(kindOf(scope));
    if (group === undefined) return [];
    const key = scopeKey(scope);
    return group.byScope.get(key) ?? this.#enter(group, kpi, { scope, scopeKey: key }, nowMs);
  }

  /** The watches of a scope, begun where there are none; none where the bound is reached. */
  #enter(group: WatchGroup, kpi: KpiId, { scope, scopeKey: key }: ScopeOfWatches, nowMs: number) {
    const known = group.byScope.get(key);
    if (known !== undefined) return known;
    const rules = group.rules.filter((ready) => isFor(ready, scope));
    if (this.#watches + rules.length > this.#options.maxWatches) {
      this.#refused++;
      const isPowerOfTwo = Number.isInteger(Math.log2(this.#refused));
      if (isPowerOfTwo) this.#options.onRefused({ kpi, scopeKey: key, refusedInAll: this.#refused });
      return [];
    }
    const watches = rules.map((ready) => newWatch(ready, { scope, scopeKey: key }, nowMs));
    group.byScope.set(key, watches);
    this.#watches += watches.length;
    for (const watch of watches) this.#wake(watch, nowMs);
    return watches;
  }

  /** `watch` takes the place of `old`, whose rule may have changed since. */
  #goOn(old: Watch, watch: Watch, nowMs: number): void {
    if (old.ready.make === watch.ready.make) {
      watch.finding = old.finding;
      watch.standing = old.standing;
      watch.peakValue = old.peakValue;
    } else if (old.standing.active) begin(watch, nowMs, true);
    watch.breachedAtEpochMs = old.breachedAtEpochMs;
    this.#due.drop(old);
    this.#wake(watch, nowMs);
  }

  /** Nobody watches this any more. */
  #end(watch: Watch, nowEpochMs: number, signals: Evaluated[]): void {
    this.#due.drop(watch);
    if (!watch.standing.active) return;
    const { ready, scope, scopeKey: key, peakValue } = watch;
    const alert = { ruleId: ready.rule.id, scope, scopeKey: key, atEpochMs: nowEpochMs };
    signals.push({ kind: "clear", ...alert, value: null, peakValue, because: "unwatched" });
  }

  *#allGroups(): Generator<WatchGroup> {
    for (const byKind of this.#groups.values()) yield* byKind.values();
  }
}

function signalOf(watch: Watch, atEpochMs: number): Evaluated {
  const { ready, scope, scopeKey: key, finding, standing, breachedAtEpochMs, peakValue } = watch;
  const { value, limit } = finding;
  const alert = { ruleId: ready.rule.id, scope, scopeKey: key, atEpochMs, value };
  return standing.active
    ? { kind: "raise", ...alert, value: breachValue(watch), limit, breachedAtEpochMs }
    : { kind: "clear", ...alert, peakValue, because: value === null ? "idle" : "in-order" };
}

/** The value to raise with: where it has come back into the dead band during the delay, the farthest of the breach. */
function breachValue({ finding: { value, limit }, peakValue, ready: { side } }: Watch): number | null {
  if (value === null || side === "both") return value;
  const isBack = side === "above" ? value <= limit : value >= limit;
  return isBack && peakValue !== null ? peakValue : value;
}
