import type { AlertDesk, AlertRulesDesk, ReleasedAlertRules } from "@tapline/adapters/prisma/alerts";
import type { Alert, AlertBook, AlertRules } from "@tapline/core/alerts";
import { hasCode } from "@tapline/core/kernel";
import type { Logger } from "pino";
import { Retries } from "./retries.ts";
import { within } from "./within.ts";

export type UnheardParts = {
  readonly desk: Pick<AlertDesk, "open" | "find">;
  readonly rules: Pick<AlertRulesDesk, "activeOrFirst">;
  /** In force where none were ever released. */
  readonly firstRules: AlertRules;
  readonly log: Logger;
};

/** Who takes what PostgreSQL answers. */
export type AnswerTakers = {
  readonly takeRules: (released: ReleasedAlertRules) => void;
  readonly takeAlerts: (standing: readonly Alert[]) => void;
};

/** Longer than PostgreSQL takes for ten thousand open alerts on a machine with much to do. */
export const answerWithinMs = 5_000;
const pauseAfterFailureMs = 1_000;

/** What others may have changed in PostgreSQL unheard: it is asked until it answers. */
export class UnheardChanges {
  readonly #parts: UnheardParts;
  readonly #takers: AnswerTakers;
  readonly #rulesRetries = new Retries(pauseAfterFailureMs);
  readonly #alertsRetries = new Retries(pauseAfterFailureMs);
  #doubtsRules = false;
  #doubtsAlerts = false;

  constructor(parts: UnheardParts, takers: AnswerTakers) {
    this.#parts = parts;
    this.#takers = takers;
  }

  /** Other rules may be in force. */
  doubtRules(): void {
    this.#doubtsRules = true;
  }

  /** Alerts may stand otherwise. */
  doubtAlerts(): void {
    this.#doubtsAlerts = true;
  }

  /** Asks what is in doubt. Resolves whatever came of it; not while something is written of the same alerts. */
  async ask(book: AlertBook): Promise<void> {
    const { log } = this.#parts;
    if (this.#doubtsRules)
      await this.#rulesRetries.attempt(
        () => this.#askRules(),
        (error) => {
          this.#doubtsRules = true;
          log.warn({ err: error }, "which alert rules are in force cannot be asked; the last known go on");
        },
      );
    if (this.#doubtsAlerts)
      await this.#alertsRetries.attempt(
        () => this.#askAlerts(book),
        (error) => {
          this.#doubtsAlerts = true;
          log.warn({ err: error }, "what people did to alerts meanwhile cannot be asked yet");
        },
      );
  }

  async #askRules(): Promise<void> {
    const { rules, firstRules, log } = this.#parts;
    this.#doubtsRules = false;
    const released = await within(answerWithinMs, "PostgreSQL", rules.activeOrFirst(firstRules));
    this.#takers.takeRules(released);
    log.info({ version: released.version }, "alert rules in force");
  }

  async #askAlerts(book: AlertBook): Promise<void> {
    const { desk } = this.#parts;
    this.#doubtsAlerts = false;
    const standing = await within(answerWithinMs, "PostgreSQL", desk.open());
    const ids = new Set(standing.map(({ id }) => id));
    // What is not recorded yet finds out when it is written.
    const closed = book.open().filter((alert) => !ids.has(alert.id) && book.isRecorded(alert));
    for (const { id } of closed) {
      const found = await within(answerWithinMs, "PostgreSQL", desk.find(id)).catch(nullWhereNone);
      if (found !== null) standing.push(found);
    }
    this.#takers.takeAlerts(standing);
  }
}

function nullWhereNone(error: unknown): null {
  if (hasCode(error, "not-found")) return null;
  throw error;
}
