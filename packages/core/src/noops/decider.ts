import { messageOf } from "../kernel/index.ts";
import type { Landscape } from "./actuator.ts";
import type { ConditionState, EvidenceRead } from "./decision.ts";
import type { Evidence } from "./evidence.ts";
import { Expression, type Judged, type Looking } from "./expression.ts";
import { replicasOf } from "./landscape.ts";
import { type PlannedAct, planAct } from "./plan-act.ts";
import type { NoopsRule } from "./rule.ts";

/** All that is known at one moment. */
export type Snapshot = {
  readonly evidence: Evidence;
  /** null where nobody knows what runs. */
  readonly landscape: Landscape | null;
  readonly archives: readonly string[];
};

/** What a rule makes of one target at one moment, before any guard is asked. */
export type Verdict = {
  readonly rule: NoopsRule;
  readonly target: string;
  readonly condition: ConditionState;
  readonly says: string;
  readonly evidence: readonly EvidenceRead[];
  /** What it wants done now; null: nothing. */
  readonly planned: Extract<PlannedAct, { readonly preview: string }> | null;
};

/** How long a condition has held for one target, and whether it has led to acts since it was last over. */
type Watch = { readonly sinceEpochMs: number | null; readonly isEngaged: boolean };

const atRest: Watch = { sinceEpochMs: null, isEngaged: false };

type Compiled = {
  readonly rule: NoopsRule;
  readonly when: Expression;
  readonly clearWhen: Expression | null;
};

/**
 * Decides by rules what is to be done, one snapshot after the other. Pure but for what it remembers: for how long conditions have held.
 * Whoever begins anew waits for as long again, which is the careful side.
 */
export class Decider {
  readonly #rules: readonly Compiled[];
  readonly #watches = new Map<string, Watch>();

  /** @param rules as `parseNoopsRules` gives them: their expressions are sound */
  constructor(rules: readonly NoopsRule[]) {
    this.#rules = rules.map((rule) => ({
      rule,
      when: new Expression(rule.when),
      clearWhen: rule.clearWhen === undefined ? null : new Expression(rule.clearWhen),
    }));
  }

  /** In the order of the rules. One that fails says so, and stops no other. */
  decide(snapshot: Snapshot, nowEpochMs: number): Verdict[] {
    const seen = new Set<string>();
    const verdicts = this.#rules.flatMap((compiled) =>
      targetsOf(compiled.rule, snapshot).map((target) => {
        const key = `${compiled.rule.id} ${target}`;
        seen.add(key);
        try {
          return this.#judge(compiled, key, target, snapshot, nowEpochMs);
        } catch (error) {
          this.#watches.delete(key);
          return held(compiled.rule, target, `the rule failed: ${messageOf(error)}`, []);
        }
      }),
    );
    for (const key of this.#watches.keys()) if (!seen.has(key)) this.#watches.delete(key);
    return verdicts;
  }

  #judge(
    { rule, when, clearWhen }: Compiled,
    key: string,
    target: string,
    snapshot: Snapshot,
    nowEpochMs: number,
  ): Verdict {
    const looking: Looking = { evidence: snapshot.evidence, target, nowEpochMs, maxAgeMs: rule.maxAgeMs };
    const judged = when.judge(looking);
    const over = clearWhen?.judge(looking) ?? null;
    const evidence = readsOf(judged, over);
    const fault = judged.fault ?? (judged.answer === true ? null : (over?.fault ?? null));
    if (judged.answer === null || fault !== null) {
      this.#watches.delete(key);
      return held(rule, target, fault ?? "it says neither yes nor no", evidence);
    }
    const before = this.#watches.get(key) ?? atRest;
    if (!judged.answer) {
      const isOver = over === null || over.answer === true;
      this.#watches.set(key, { sinceEpochMs: null, isEngaged: before.isEngaged && !isOver });
      const says = isOver ? "in order" : "not in order yet";
      return { rule, target, condition: isOver ? "clear" : "between", says, evidence, planned: null };
    }
    // A clock that was set back begins to count anew.
    const sinceEpochMs = Math.min(before.sinceEpochMs ?? nowEpochMs, nowEpochMs);
    const heldMs = nowEpochMs - sinceEpochMs;
    const isEngaged = before.isEngaged || heldMs >= rule.forMs;
    this.#watches.set(key, { sinceEpochMs, isEngaged });
    const breached = { rule, target, condition: "breached" as const, evidence };
    const heldFor = `so for ${Math.round(heldMs / 1_000)} s`;
    if (!isEngaged)
      return {
        ...breached,
        says: `${heldFor}, and it takes ${Math.round(rule.forMs / 1_000)} s`,
        planned: null,
      };
    const planned = planAct(rule, looking, snapshot.landscape);
    return planned.act === null
      ? { ...breached, says: planned.says, planned: null }
      : { ...breached, says: heldFor, planned };
  }
}

function held(rule: NoopsRule, target: string, says: string, evidence: readonly EvidenceRead[]): Verdict {
  return { rule, target, condition: "held", says, evidence, planned: null };
}

/** Each once, though both expressions ask for it. */
function readsOf(...judged: readonly (Judged | null)[]): EvidenceRead[] {
  const reads = judged.flatMap((one) => [...(one?.reads ?? [])]);
  return [...new Map(reads.map((read) => [read.name, read])).values()];
}

function targetsOf({ per, only }: NoopsRule, { landscape, archives }: Snapshot): readonly string[] {
  const isMeant = (name: string): boolean => only === undefined || only.includes(name);
  switch (per) {
    case "installation":
      return [""];
    case "archive":
      return archives.filter(isMeant);
    case "service": {
      const there = landscape?.workloads.map(({ service }) => service) ?? only ?? [];
      return [...new Set(there)].filter(isMeant);
    }
    case "replica":
      return landscape === null
        ? []
        : replicasOf(landscape)
            .filter(({ replica }) => replica.services.some(isMeant))
            .map(({ target }) => target);
  }
}
