import {
  isLevelKept,
  type KpiSample,
  type KpiScope,
  type KpiSpan,
  kpiCatalog,
  kpiSources,
  SpanSeries,
  scopeKey,
  spanRetentionMs,
} from "../kpi/index.ts";
import type { Condition } from "./condition.ts";
import { RuleEngine } from "./evaluator.ts";
import { replay } from "./replay.ts";
import type { AlertRule } from "./rule.ts";
import type { Evaluated } from "./signal.ts";
import { isFor, type ReadyRule, readyRule } from "./watches.ts";

/** What a rule would have done on one scope. */
export type PreviewedScope = {
  readonly scope: KpiScope;
  /** How often it would have raised an alert. */
  readonly fired: number;
  /** How long its alerts would have stood, in all and at most at a stretch, ms. */
  readonly activeMs: number;
  readonly longestMs: number;
  /** Whether one stood already when the time that is looked at began. */
  readonly stoodBefore: boolean;
  /** Whether one would still stand. */
  readonly stands: boolean;
};

/** What of a preview nobody can know, as no history tells it. */
export type Unjudged = {
  /**
   * Why nothing could be judged: `levels-not-kept`: no history has this level of agents and readers; `silence-not-kept`: in history, of this KPI,
   * silence looks like nothing having happened. Null where something could.
   */
  readonly because: "levels-not-kept" | "silence-not-kept" | null;
  /** Up to when history by the minute is forgotten already, epoch ms; null where it is kept for as long as was asked. */
  readonly beforeEpochMs: number | null;
  /** Time of which there is no history, since nobody kept it then, ms. */
  readonly missingMs: number;
  /** Scopes that there were too many of. */
  readonly refusedScopes: number;
  /** The KPI's window, where it reaches back further than minutes are kept, ms; else null. */
  readonly windowMs: number | null;
};

/** How often a rule would have fired, had it been there. */
export type Preview = {
  readonly ruleId: string;
  readonly fromEpochMs: number;
  readonly untilEpochMs: number;
  /** History is in steps of this length: what was shorter is not seen, and delays end with a step. */
  readonly resolutionMs: number;
  readonly fired: number;
  readonly activeMs: number;
  readonly longestMs: number;
  /** Those on which something stood, the one that fired most often first. */
  readonly scopes: readonly PreviewedScope[];
  readonly unjudged: Unjudged;
};

export type PreviewOptions = {
  readonly fromEpochMs: number;
  readonly untilEpochMs: number;
  /** Scopes at most; about 1 kB each. */
  readonly maxScopes: number;
};

type Tally = { -readonly [Name in keyof PreviewedScope]: PreviewedScope[Name] };

/** The longest preview there is, ms: 30 days. */
export const maxPreviewMs = 30 * 24 * 3_600_000;

/** The steps of history that previews are made of, ms. */
export const previewResolutionMs = 60_000;

/**
 * Leads a rule through history, minute by minute. Suppression by other rules is not known to it. Pure: history is handed in, in
 * order of time from `readFromEpochMs` on, which is early enough for windows to be full when it matters.
 */
export class RulePreview {
  readonly readFromEpochMs: number;
  readonly #ready: ReadyRule;
  readonly #options: PreviewOptions;
  readonly #judgedFromEpochMs: number;
  readonly #engine: RuleEngine;
  readonly #series = new Map<string, SpanSeries>();
  /** The values told last, by scope: what has not changed is not told again. */
  readonly #told = new Map<string, number | null>();
  readonly #open = new Map<string, { readonly scope: KpiScope; readonly sinceEpochMs: number }>();
  readonly #tallies = new Map<string, Tally>();
  readonly #refused = new Set<string>();
  #missingMs = 0;
  #isMissing = false;

  constructor(rule: AlertRule, options: PreviewOptions) {
    this.#ready = readyRule(rule);
    this.#options = options;
    const keptMs = spanRetentionMs[previewResolutionMs]?.[rule.per] ?? 0;
    const kept = options.untilEpochMs - keptMs;
    this.#judgedFromEpochMs = minuteOf(Math.max(options.fromEpochMs, kept));
    const windowMs = kpiCatalog[rule.kpi].windowMs ?? 0;
    const backMs = windowMs + lookBackMs(rule.condition) + rule.onDelayMs + previewResolutionMs;
    this.readFromEpochMs = minuteOf(Math.max(options.fromEpochMs - backMs, kept));
    const maxWatches = options.maxScopes + 1;
    this.#engine = new RuleEngine([rule], { maxWatches, onRefused: () => undefined }, this.readFromEpochMs);
  }

  /** Whether there is history at all by which to judge. */
  get because(): Unjudged["because"] {
    const { kpi, per, condition } = this.#ready.rule;
    if (kpiSources[kpi].is === "reading" && !isLevelKept(kpi, per)) return "levels-not-kept";
    const looksKnown = new SpanSeries(kpi, {}, previewResolutionMs).take(null, 0).value !== null;
    return condition.kind === "absence" && looksKnown ? "silence-not-kept" : null;
  }

  /** @param spans those of the kind of scope that the rule is split by; null: of that minute there is no history */
  takeMinute(startEpochMs: number, spans: readonly KpiSpan[] | null): void {
    const endEpochMs = startEpochMs + previewResolutionMs;
    if (spans === null && startEpochMs >= this.#judgedFromEpochMs) this.#missingMs += previewResolutionMs;
    const samples = spans === null ? this.#unknown(endEpochMs) : this.#figures(startEpochMs, spans);
    for (const signal of replay(this.#engine, samples, endEpochMs)) this.#note(signal);
  }

  result(): Preview {
    const { rule } = this.#ready;
    const { fromEpochMs, untilEpochMs } = this.#options;
    for (const [key, { scope, sinceEpochMs }] of this.#open)
      this.#count(key, scope, sinceEpochMs, untilEpochMs, true);
    this.#open.clear();
    const scopes = [...this.#tallies.values()].toSorted(
      (a, b) => b.fired - a.fired || b.activeMs - a.activeMs,
    );
    const windowMs = kpiCatalog[rule.kpi].windowMs ?? 0;
    const isWindowKept = this.#judgedFromEpochMs - windowMs >= this.readFromEpochMs;
    return {
      ...{ ruleId: rule.id, fromEpochMs, untilEpochMs, resolutionMs: previewResolutionMs },
      fired: scopes.reduce((sum, { fired }) => sum + fired, 0),
      activeMs: scopes.reduce((sum, { activeMs }) => sum + activeMs, 0),
      longestMs: scopes.reduce((most, { longestMs }) => Math.max(most, longestMs), 0),
      scopes,
      unjudged: {
        because: this.because,
        beforeEpochMs: this.#judgedFromEpochMs > fromEpochMs ? this.#judgedFromEpochMs : null,
        missingMs: this.#missingMs,
        refusedScopes: this.#refused.size,
        windowMs: isWindowKept ? null : windowMs,
      },
    };
  }

  #figures(startEpochMs: number, spans: readonly KpiSpan[]): KpiSample[] {
    this.#isMissing = false;
    const byKey = new Map<string, KpiSpan>();
    for (const span of spans) {
      const key = scopeKey(span.scope);
      if (this.#isWatched(key, span.scope)) byKey.set(key, span);
    }
    const samples: KpiSample[] = [];
    for (const [key, series] of this.#series) {
      const sample = series.take(byKey.get(key) ?? null, startEpochMs);
      const hasEvents = sample.events !== undefined && sample.events.total > 0;
      if (!hasEvents && this.#told.get(key) === sample.value) continue;
      this.#told.set(key, sample.value);
      samples.push(sample);
    }
    return samples;
  }

  /** Of what nobody kept nothing is known; but that is no silence of its source. */
  #unknown(atEpochMs: number): KpiSample[] {
    if (this.#isMissing || this.#ready.rule.condition.kind === "absence") return [];
    this.#isMissing = true;
    this.#told.clear();
    const { kpi } = this.#ready.rule;
    return [...this.#series.values()].map(({ scope }) => ({ kpi, scope, atEpochMs, value: null }));
  }

  #isWatched(key: string, scope: KpiScope): boolean {
    if (this.#series.has(key)) return true;
    if (!isFor(this.#ready, scope)) return false;
    if (this.#series.size >= this.#options.maxScopes) {
      this.#refused.add(key);
      return false;
    }
    this.#series.set(key, new SpanSeries(this.#ready.rule.kpi, scope, previewResolutionMs));
    return true;
  }

  #note({ kind, scope, scopeKey: key, atEpochMs }: Evaluated): void {
    if (kind === "raise") return void this.#open.set(key, { scope, sinceEpochMs: atEpochMs });
    const open = this.#open.get(key);
    this.#open.delete(key);
    if (open !== undefined) this.#count(key, scope, open.sinceEpochMs, atEpochMs, false);
  }

  #count(key: string, scope: KpiScope, sinceEpochMs: number, untilEpochMs: number, stands: boolean): void {
    const { fromEpochMs } = this.#options;
    if (untilEpochMs <= fromEpochMs) return;
    const ms = untilEpochMs - Math.max(sinceEpochMs, fromEpochMs);
    const none = { scope, fired: 0, activeMs: 0, longestMs: 0, stoodBefore: false, stands: false };
    const tally = this.#tallies.get(key) ?? none;
    tally.activeMs += ms;
    tally.longestMs = Math.max(tally.longestMs, ms);
    tally.stands = stands;
    if (sinceEpochMs <= fromEpochMs) tally.stoodBefore = true;
    else tally.fired += 1;
    this.#tallies.set(key, tally);
  }
}

/** For how long a condition has to have looked before it judges as one that has looked for ever, ms. */
function lookBackMs(condition: Condition): number {
  if (condition.kind === "absence") return condition.afterMs;
  if (condition.kind === "rate-of-change") return condition.windowMs;
  if (condition.kind === "burn-rate") return condition.longMs;
  // A season to learn, one to be judged by, and one to spare.
  return condition.kind === "anomaly" ? 3 * condition.seasonSteps * condition.stepMs : 0;
}

const minuteOf = (epochMs: number): number => Math.floor(epochMs / previewResolutionMs) * previewResolutionMs;
