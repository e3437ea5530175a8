import { readFileSync } from "node:fs";
import {
  alertSchema,
  alertStates,
  callingKinds,
  type HealthTransition,
  type StandingAlert,
  severities,
  transitionKinds,
} from "@tapline/core/alerts";
import { z } from "zod";
import type { PrismaClient } from "../generated/client.ts";

const listCallsSql = readFileSync(new URL("./list-alert-calls.sql", import.meta.url), "utf8");

const rowSchema = z.object({
  kind: z.enum(transitionKinds),
  rule_id: z.string(),
  scope_key: z.string(),
  severity: z.enum(severities),
  to_state: z.enum(alertStates),
  at_epoch_ms: z.number(),
});

/** What the measures of the alarm system are taken from. */
export type AlertCalls = {
  /** Steps since the time asked for, the newest first. */
  readonly transitions: HealthTransition[];
  /** False where there were more: then they go back less far. */
  readonly isWhole: boolean;
};

/** Alerts that nobody has ended for long, and how many of them there are. */
export type LongStanding = { readonly alerts: StandingAlert[]; readonly count: number };

/** Reads what alerts have asked of people: the audit log has every step of theirs. */
export class AlertCallLog {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** @param most the newest so many are read */
  async since(fromEpochMs: number, most: number): Promise<AlertCalls> {
    const rows = await this.#prisma.$queryRawUnsafe<unknown[]>(
      listCallsSql,
      callingKinds.map((kind) => `alert.${kind}`),
      new Date(fromEpochMs),
      most + 1,
    );
    const transitions = rows.slice(0, most).flatMap((row) => {
      const told = rowSchema.safeParse(row).data;
      if (told === undefined) return [];
      const {
        kind,
        rule_id: ruleId,
        scope_key: scopeKey,
        severity,
        to_state: to,
        at_epoch_ms: atEpochMs,
      } = told;
      return [{ kind, ruleId, scopeKey, severity, to, atEpochMs }];
    });
    return { transitions, isWhole: rows.length <= most };
  }

  /** Alerts whose breach has stood since before a time. @param most so many are named, the oldest first */
  async standingSince(beforeEpochMs: number, most: number): Promise<LongStanding> {
    const rows = await this.#prisma.$queryRaw<{ body: unknown; count: number }[]>`
      SELECT body, (count(*) OVER ())::int AS count FROM alert
      WHERE state <> 'normal' AND (body ->> 'active')::boolean
        AND (body ->> 'raisedAtEpochMs')::bigint < ${beforeEpochMs}::bigint
      ORDER BY (body ->> 'raisedAtEpochMs')::bigint
      LIMIT ${most}`;
    const alerts = rows.map(({ body }) => {
      const { ruleId, scopeKey, severity, raisedAtEpochMs } = alertSchema.parse(body);
      return { ruleId, scopeKey, severity, raisedAtEpochMs };
    });
    return { alerts, count: rows[0]?.count ?? 0 };
  }
}
