import { readFileSync } from "node:fs";
import { type Alert, type AlertState, alertSchema, type Severity } from "@tapline/core/alerts";
import { isUuid, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import type { PrismaClient } from "../generated/client.ts";

const listBoardSql = readFileSync(new URL("./list-alert-board.sql", import.meta.url), "utf8");

/** Which open alerts; what is left out or null counts for nothing. */
export type BoardFilter = {
  /** In the order in which they are to be seen to. */
  readonly states: readonly AlertState[];
  readonly severity?: Severity | null;
  /** Part of the message, of the rule's id or of a name in the scope, in any case of letters. */
  readonly text?: string | null;
  readonly group?: string | null;
  /** Id of the person who sees to it. */
  readonly assignee?: string | null;
  /** Null: of all sites and of none. */
  readonly sites?: readonly string[] | null;
};

/** A page of alerts; `next` asks for the one behind it, null = that was all. */
export type BoardPage = { readonly alerts: Alert[]; readonly next: string | null };

/** How many alerts of one state and severity are open. */
export type BoardCount = { readonly severity: Severity; readonly state: AlertState; readonly count: number };

const placeSchema = z.tuple([z.int(), z.int(), z.int(), z.string().refine(isUuid)]);

/** The open alerts as people work through them. */
export class AlertBoard {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * What is to be seen to first comes first: by state as the filter orders them, by severity, the newest first.
   * @param after `next` of the page before; null = from the first on
   * @throws TaplineError `invalid-input` for a place that is none
   */
  async page(filter: BoardFilter, limit: number, after: string | null = null): Promise<BoardPage> {
    const { states, severity = null, text = null, group = null, assignee = null, sites = null } = filter;
    const rows = await this.#prisma.$queryRawUnsafe<{ body: unknown; place: unknown }[]>(
      listBoardSql,
      [...states],
      severity,
      text?.toLowerCase().replaceAll("\0", "") ?? null,
      group,
      after === null ? null : placeOf(after),
      limit + 1,
      ...[assignee, sites],
    );
    const page = rows.slice(0, limit);
    return {
      alerts: page.map(({ body }) => alertSchema.parse(body)),
      next: rows.length > limit ? JSON.stringify(page.at(-1)?.place) : null,
    };
  }

  /** @param sites null = of all sites and of none */
  async counts(sites: readonly string[] | null = null): Promise<BoardCount[]> {
    const rows = await this.#prisma.alert.groupBy({
      by: ["severity", "state"],
      where: { state: { not: "normal" }, ...(sites === null ? {} : { site: { in: [...sites] } }) },
      _count: true,
    });
    return rows.map(({ severity, state, _count }) => ({
      ...{ severity: severity as Severity, state: state as AlertState, count: _count },
    }));
  }

  /** When the alert was opened that has been open longest of those in such states, ms since 1970; null where there is none. */
  async oldestOpenedEpochMs(states: readonly AlertState[]): Promise<number | null> {
    const [row] = await this.#prisma.$queryRaw<{ at: number | null }[]>`
      SELECT min((body ->> 'openedAtEpochMs')::bigint)::float8 AS at FROM alert
      WHERE state <> 'normal' AND state = ANY (${[...states]})`;
    return row?.at ?? null;
  }

  /** How many alerts of each group are open, of the largest 1,000 groups of two and more. */
  async groupSizes(): Promise<Record<string, number>> {
    const rows = await this.#prisma.$queryRaw<{ group: string; count: number }[]>`
      SELECT body ->> 'group' AS group, count(*)::int AS count FROM alert
      WHERE state <> 'normal' AND body ->> 'group' IS NOT NULL
      GROUP BY 1 HAVING count(*) > 1 ORDER BY 2 DESC LIMIT 1000`;
    return Object.fromEntries(rows.map(({ group, count }) => [group, count]));
  }

  /**
   * Of the alerts that call somebody and came of nothing else, the one raised last; null where none calls. Where the first of a group does
   * not call, as it is acknowledged, over or held back, the first of those of its group that do stands for it.
   * @param sites null = of all sites and of none
   */
  async newestFirstOut(sites: readonly string[] | null = null): Promise<Alert | null> {
    const [row] = await this.#prisma.$queryRaw<{ body: unknown }[]>`
      WITH calling AS (
        SELECT id, (body ->> 'raisedAtEpochMs')::bigint AS raised,
               row_number() OVER (PARTITION BY coalesce(body ->> 'group', id::text)
                                  ORDER BY (body ->> 'firstOut')::boolean DESC, (body ->> 'raisedAtEpochMs')::bigint, id) AS place
        FROM alert WHERE state <> 'normal' AND state = 'active-unacknowledged'
          AND (${sites}::text[] IS NULL OR site = ANY (${sites}))
      )
      SELECT body FROM alert WHERE id = (
        SELECT id FROM calling WHERE place = 1 ORDER BY raised DESC, id DESC LIMIT 1)`;
    return row === undefined ? null : alertSchema.parse(row.body);
  }

  /** How many alerts of a group are open. */
  async sizeOf(group: string): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS count FROM alert WHERE state <> 'normal' AND body ->> 'group' = ${group}`;
    return row?.count ?? 0;
  }
}

function placeOf(after: string): string {
  try {
    return JSON.stringify(placeSchema.parse(JSON.parse(after)));
  } catch (cause) {
    throw new TaplineError("invalid-input", "this is no place in the list of alerts", {
      ...{ remedy: "take next of the page before, as it is", cause },
    });
  }
}
