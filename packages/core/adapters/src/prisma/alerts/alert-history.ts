import { readFileSync } from "node:fs";
import { type Alert, alertSchema, type Severity } from "@tapline/core/alerts";
import { isUuid, TaplineError, uuidV7 } from "@tapline/core/kernel";
import type { PrismaClient } from "../generated/client.ts";

const listHistorySql = readFileSync(new URL("./list-alert-history.sql", import.meta.url), "utf8");

/** Which closed alerts; what is left out or null counts for nothing. */
export type HistoryFilter = {
  readonly severity?: Severity | null;
  /** Part of the message, of the rule's id or of a name in the scope, in any case of letters. */
  readonly text?: string | null;
  readonly group?: string | null;
  /** Id of a person. */
  readonly assignee?: string | null;
  readonly ruleId?: string | null;
  readonly scopeKey?: string | null;
  /** Opened from then on, and before then, epoch ms. */
  readonly fromEpochMs?: number | null;
  readonly untilEpochMs?: number | null;
  /** Null: of all sites and of none. */
  readonly sites?: readonly string[] | null;
};

/** The first id of a moment. */
const idAt = (atEpochMs: number | null | undefined): string | null =>
  atEpochMs == null ? null : uuidV7(atEpochMs, (count) => Buffer.alloc(count));

/** Alerts that are closed. */
export class AlertHistory {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * The one opened last first; `next` asks for the page behind, null = that was all.
   * @throws TaplineError `invalid-input` for a place that is none
   */
  async page(
    filter: HistoryFilter,
    limit: number,
    after: string | null = null,
  ): Promise<{ alerts: Alert[]; next: string | null }> {
    if (after !== null && !isUuid(after))
      throw new TaplineError("invalid-input", "this is no place in the history of alerts", {
        remedy: "take next of the page before, as it is",
      });
    const { severity, text, group, assignee, ruleId, scopeKey, fromEpochMs, untilEpochMs, sites } = filter;
    const rows = await this.#prisma.$queryRawUnsafe<{ body: unknown }[]>(
      listHistorySql,
      severity ?? null,
      text?.toLowerCase().replaceAll("\0", "") ?? null,
      ...[group ?? null, assignee ?? null, ruleId ?? null, scopeKey ?? null],
      ...[idAt(fromEpochMs), idAt(untilEpochMs), after, limit + 1, sites ?? null],
    );
    const alerts = rows.slice(0, limit).map(({ body }) => alertSchema.parse(body));
    return { alerts, next: rows.length > limit ? (alerts.at(-1)?.id ?? null) : null };
  }
}
