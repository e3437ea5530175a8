import { setImmediate as othersTurn } from "node:timers/promises";
import {
  type AlertRule,
  lintRules,
  type Preview,
  previewResolutionMs,
  type RuleFault,
  RulePreview,
  unknownNames,
} from "@tapline/core/alerts";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import type { PrismaClient } from "../generated/client.ts";
import { knownNames } from "../known-names.ts";
import { KpiMinutes } from "./kpi-minutes.ts";

export type PreviewBounds = {
  /** How far back it looks, ms. */
  readonly spanMs: number;
  readonly maxScopes: number;
  /** How long it may take, ms; infinity: as long as it takes. */
  readonly limitMs: number;
  /** Aborted where nobody waits for it any more. */
  readonly signal?: AbortSignal | undefined;
};

export type ToldPreview = Preview & {
  /** Names in the rule that nothing goes by yet: misspelt, or of what is still to come. */
  readonly unknown: readonly RuleFault[];
};

/** Says how often a rule would have fired, from the history of KPIs. */
export class AlertPreviews {
  readonly #minutes: KpiMinutes;
  readonly #prisma: PrismaClient;
  readonly #clock: Clock;

  constructor(prisma: PrismaClient, clock: Clock) {
    this.#prisma = prisma;
    this.#minutes = new KpiMinutes(prisma);
    this.#clock = clock;
  }

  /** @throws TaplineError `invalid-input` for a rule that could not be released; `overloaded` where it would take too long */
  async preview(rule: AlertRule, bounds: PreviewBounds): Promise<ToldPreview> {
    assertAlone(rule);
    const unknown = unknownNames([rule], await knownNames(this.#prisma));
    return { ...(await this.#judged(rule, bounds)), unknown };
  }

  async #judged(rule: AlertRule, { spanMs, maxScopes, limitMs, signal }: PreviewBounds): Promise<Preview> {
    const begunEpochMs = this.#clock();
    const untilEpochMs = Math.floor(begunEpochMs / previewResolutionMs) * previewResolutionMs;
    const options = { fromEpochMs: untilEpochMs - spanMs, untilEpochMs, maxScopes };
    const preview = new RulePreview(rule, options);
    if (preview.because !== null) return preview.result();
    const minutes = this.#minutes.read(rule.kpi, rule.per, preview.readFromEpochMs, untilEpochMs);
    for await (const { startEpochMs, spans } of minutes) {
      if (signal?.aborted === true)
        throw new TaplineError("overloaded", `nobody waits for the preview of ${rule.id} any more`);
      if (this.#clock() - begunEpochMs > limitMs)
        throw new TaplineError(
          "overloaded",
          `the preview of ${rule.id} takes longer than ${limitMs / 1_000} s`,
          {
            remedy:
              "look back fewer days, narrow it by `only`, or use `tapline alerts preview`, which may take longer",
            facts: { limitMs },
          },
        );
      preview.takeMinute(startEpochMs, spans);
      // A page of history may be of days: whoever else waits for this process has a turn in each minute of them.
      await othersTurn();
    }
    return preview.result();
  }
}

/** A rule that stands alone: which one explains it is no matter here. @throws TaplineError `invalid-input` */
function assertAlone({ parent: _, ...rule }: AlertRule): void {
  const faults = lintRules([rule]);
  if (faults.length === 0) return;
  const said = faults.map(({ place, fault }) => `${place}: ${fault}`).join("; ");
  throw new TaplineError("invalid-input", `this rule could not be released: ${said}`, {
    remedy: "mend it; tapline alerts lint names each place",
  });
}
