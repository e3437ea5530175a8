import type { AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import type { Alert } from "@tapline/core/alerts";

/** A release that is not the one in force is looked for no more often than that, ms. */
const lookEveryMs = 1_000;

/** By how long rules delay the raise of their alerts, ms. */
export class RuleDelays {
  readonly #rules: Pick<AlertRulesDesk, "active">;
  #release = "";
  #delays: ReadonlyMap<string, number> = new Map();
  #looking: Promise<void> | null = null;
  #lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(rules: Pick<AlertRulesDesk, "active">) {
    this.#rules = rules;
  }

  /** Null where the rule is in force no more, or the rules cannot be looked up. */
  async of({ release, ruleId }: Pick<Alert, "release" | "ruleId">): Promise<number | null> {
    if (release !== this.#release) await this.#look();
    return release === this.#release ? (this.#delays.get(ruleId) ?? null) : null;
  }

  async #look(): Promise<void> {
    if (this.#looking === null && performance.now() - this.#lookedAtMs < lookEveryMs) return;
    this.#looking ??= this.#read().finally(() => {
      this.#lookedAtMs = performance.now();
      this.#looking = null;
    });
    await this.#looking;
  }

  async #read(): Promise<void> {
    const active = await this.#rules.active().catch(() => null);
    if (active === null) return;
    this.#release = active.sha256;
    this.#delays = new Map(active.rules.rules.map(({ id, onDelayMs }) => [id, onDelayMs]));
  }
}
