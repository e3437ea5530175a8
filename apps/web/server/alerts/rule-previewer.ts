import type { AlertPreviews, ToldPreview } from "@tapline/adapters/prisma/alerts";
import { type AlertRule, previewResolutionMs } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { fromPostgres } from "../from-stores.ts";

const bounds = { maxScopes: 2_000, limitMs: 20_000 };
const mostAtATime = 2;

/** Says how often a rule would have fired, within bounds: whoever else waits for this process must not notice. */
export class RulePreviewer {
  readonly #previews: Pick<AlertPreviews, "preview">;
  #underWay = 0;

  constructor(previews: Pick<AlertPreviews, "preview">) {
    this.#previews = previews;
  }

  /** @param signal aborted where nobody waits any more @throws TaplineError `invalid-input`, also for steps that no history tells apart; `overloaded` where it takes too long, or others are previewed already */
  async preview(rule: AlertRule, spanMs: number, signal?: AbortSignal): Promise<ToldPreview> {
    if (rule.condition.kind === "anomaly" && rule.condition.stepMs < previewResolutionMs)
      throw new TaplineError("invalid-input", "history is by the minute, and the rule's steps are shorter", {
        remedy: "preview it with stepMs of 60000, or use `tapline alerts preview`",
      });
    if (this.#underWay >= mostAtATime)
      throw new TaplineError("overloaded", `${mostAtATime} rules are previewed already`, {
        remedy: "wait some seconds and ask again",
      });
    this.#underWay++;
    try {
      return await fromPostgres(this.#previews.preview(rule, { ...bounds, spanMs, signal }));
    } finally {
      this.#underWay--;
    }
  }
}
