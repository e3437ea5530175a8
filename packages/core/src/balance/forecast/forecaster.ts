import type { ExpectedLoad } from "../wish.ts";
import { fitModel } from "./fit.ts";
import { RollingError, worstMase } from "./rolling-error.ts";
import type { ScaledModel } from "./scale.ts";

/** Load is foretold in steps of so long, ms. */
export const stepMs = 300_000;
const dayMs = 86_400_000;
const daySteps = dayMs / stepMs;
const weekSteps = 7 * daySteps;
/** Longest time ahead that is foretold, in steps. */
const mostAhead = 3;
const aheads = Array.from({ length: mostAhead }, (_, index) => index + 1);
/** A forecast is held against what was so many steps before, whichever errs less. */
export const naiveSteps: readonly number[] = [daySteps, weekSteps];
/** A model is chosen anew at least so often, and while little is known once half as much again is; in between it learns on. */
const fitEverySteps = weekSteps;
const leastKnown = 2 * daySteps;
/** So much is kept to choose a model by. */
const keptSteps = 3 * weekSteps;
/** A forecast is used from this error on, and until it is no better than what the season before was: MASE. */
const [trustBelow, distrustFrom] = [0.9, 1];

/** What is expected of one step, per second. */
export type Foretold = {
  readonly perSecond: number;
  /** With its error band. */
  readonly upToPerSecond: number;
};

export type ForecastStanding = {
  /** Worst of the distances, over the last day; null where too little is known. */
  readonly mase: number | null;
  readonly isTrusted: boolean;
};

/**
 * Foretells load from what it was, and says for itself whether it may be believed: only while it errs less than what the same time
 * of the last day or week was. Pure: what is known of the past is handed in, step by step, so it stands again wherever history does.
 */
export class Forecaster {
  /** From the start of the first one kept; null = nobody knows. */
  #values: (number | null)[] = [];
  #nextEpochMs: number | null = null;
  #model: ScaledModel | null = null;
  #sinceFit = 0;
  #isTrusted = false;
  readonly #errors = Array.from({ length: mostAhead }, () => new RollingError(daySteps));
  /** What was foretold of coming steps: [when, how far ahead, what]. */
  #foretold: { readonly dueEpochMs: number; readonly ahead: number; readonly value: number }[] = [];

  /** Up to where load is known; null before the first step. */
  get untilEpochMs(): number | null {
    return this.#nextEpochMs;
  }

  /** Takes in a step that has ended; steps in between that nobody tells of are unknown, and one that is old is passed over. */
  add(startEpochMs: number, perSecond: number | null): void {
    this.#nextEpochMs ??= startEpochMs;
    if (startEpochMs < this.#nextEpochMs) return;
    const missing = Math.min(keptSteps, Math.floor((startEpochMs - this.#nextEpochMs) / stepMs));
    this.#nextEpochMs = startEpochMs - missing * stepMs;
    for (let i = 0; i < missing; i++) this.#addStep(null);
    this.#addStep(perSecond);
  }

  /** The highest load to be expected between now and `forMs` from now, its error band included; null where no forecast may be believed. */
  expect(nowEpochMs: number, forMs: number): ExpectedLoad | null {
    if (this.#model === null || this.#nextEpochMs === null || !this.#isTrusted) return null;
    const ahead = Math.floor((nowEpochMs + forMs - this.#nextEpochMs) / stepMs) + 1;
    if (ahead < 1 || ahead > mostAhead) return null;
    const first = Math.max(1, Math.floor((nowEpochMs - this.#nextEpochMs) / stepMs) + 1);
    let perSecond = 0;
    for (let step = first; step <= ahead; step++)
      perSecond = Math.max(perSecond, this.#model.forecast(step) + this.#band(step));
    return { perSecond, forMs };
  }

  /** What is expected of a moment to come, whether it may be believed or not; null where nothing is known, or it is too far. */
  foretold(atEpochMs: number): Foretold | null {
    if (this.#model === null || this.#nextEpochMs === null) return null;
    const ahead = Math.floor((atEpochMs - this.#nextEpochMs) / stepMs) + 1;
    if (ahead < 1 || ahead > mostAhead) return null;
    const perSecond = this.#model.forecast(ahead);
    return { perSecond, upToPerSecond: perSecond + this.#band(ahead) };
  }

  /** What the coming steps are expected to be, the next one first, without their error bands; none where no forecast may be believed. */
  coming(): readonly number[] {
    const model = this.#isTrusted ? this.#model : null;
    return model === null ? [] : aheads.map((ahead) => model.forecast(ahead));
  }

  standing(): ForecastStanding {
    return { mase: worstMase(this.#errors), isTrusted: this.#isTrusted };
  }

  #band(ahead: number): number {
    return this.#errors[ahead - 1]?.score().above ?? 0;
  }

  #addStep(value: number | null): void {
    const atEpochMs = this.#nextEpochMs ?? 0;
    this.#judge(atEpochMs, value);
    this.#values.push(value);
    if (this.#values.length > keptSteps + weekSteps) this.#values = this.#values.slice(-keptSteps);
    this.#nextEpochMs = atEpochMs + stepMs;
    this.#model?.add(value);
    this.#sinceFit++;
    const known = this.#values.length;
    if (known >= leastKnown && this.#sinceFit >= Math.min(fitEverySteps, known / 3)) {
      this.#model = fitModel(this.#values, [daySteps, weekSteps], mostAhead);
      this.#sinceFit = 0;
    }
    this.#foretell();
  }

  #foretell(): void {
    if (this.#model === null || this.#nextEpochMs === null) return;
    for (const ahead of aheads)
      this.#foretold.push({
        ...{ dueEpochMs: this.#nextEpochMs + (ahead - 1) * stepMs, ahead },
        value: this.#model.forecast(ahead),
      });
  }

  #judge(atEpochMs: number, value: number | null): void {
    const due = this.#foretold.filter(({ dueEpochMs }) => dueEpochMs === atEpochMs);
    this.#foretold = this.#foretold.filter(({ dueEpochMs }) => dueEpochMs > atEpochMs);
    if (value === null || due.length === 0) return;
    const naive = naiveSteps.map((steps) => this.#values.at(-steps) ?? null);
    for (const { ahead, value: forecast } of due) this.#errors[ahead - 1]?.judge(value, forecast, naive);
    const { mase } = this.standing();
    this.#isTrusted = mase !== null && mase < (this.#isTrusted ? distrustFrom : trustBelow);
  }
}
