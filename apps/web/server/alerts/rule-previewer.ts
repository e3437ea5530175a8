import type { AlertPreviews } from "@tapline/adapters/prisma";
import type { AlertRule, Preview } from "@tapline/core/alerts";
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

  /** @throws TaplineError `invalid-input`; `overloaded` where it takes too long, or others are previewed already */
  async preview(rule: AlertRule, spanMs: number): Promise<Preview> {
    if (this.#underWay >= mostAtATime)
      throw new TaplineError("overloaded", `${mostAtATime} rules are previewed already`, {
        remedy: "wait some seconds and ask again",
      });
    this.#underWay++;
    try {
      return await fromPostgres(this.#previews.preview(rule, { ...bounds, spanMs }));
    } finally {
      this.#underWay--;
    }
  }
}
