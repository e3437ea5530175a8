import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import {
  type ActContext,
  type Alert,
  type AlertAct,
  type AlertState,
  type AlertWrite,
  alertSchema,
  applyAct,
  entryOf,
  type Severity,
} from "@tapline/core/alerts";
import type { AuditEntry, ShownEntry } from "@tapline/core/audit";
import { hasCode, isUuid, TaplineError, uuidV7 } from "@tapline/core/kernel";
import { actingPerson, mustSee } from "../acting-people.ts";
import { AuditEntries } from "../audit-entries.ts";
import { auditRows, entryJson, erasableJson } from "../audit-row.ts";
import type { Prisma, PrismaClient } from "../generated/client.ts";

const writeAlertsSql = readFileSync(new URL("./write-alerts.sql", import.meta.url), "utf8");

/**
 * What came of a write: `known` where it stood recorded already, as where an answer got lost, whatever was written since. What has no
 * outcome was not written: somebody else has written a later revision, or opened the alert of that rule and scope.
 */
export type WriteOutcome = "written" | "known";

/** Which alerts; what is left out counts for nothing. */
export type AlertFilter = {
  readonly open?: boolean;
  readonly states?: readonly AlertState[];
  readonly severities?: readonly Severity[];
  readonly ruleId?: string;
  readonly site?: string;
};

/** Alerts, the one opened last first; `next` asks for the page behind, null = that was all. */
export type AlertPage = { readonly alerts: Alert[]; readonly next: string | null };

/** Alerts of one statement: about 1 MB. */
const writesPerStatement = 500;

/** How often an act is tried anew on what somebody else has made of the alert meanwhile. */
const maxAttempts = 5;

/** Alerts as they are kept. Each step is written together with its audit entry, or not at all. */
export class AlertDesk {
  readonly #prisma: PrismaClient;
  readonly #entries: AuditEntries;
  readonly #tell: (alert: Alert) => Promise<void>;

  /** @param tell says to other processes what a person did; they would see it by themselves, but later */
  constructor(prisma: PrismaClient, tell: (alert: Alert) => Promise<void> = async () => {}) {
    this.#prisma = prisma;
    this.#entries = new AuditEntries(prisma);
    this.#tell = tell;
  }

  /**
   * Writes what became of alerts, each at most once in `writes`, some hundred in one transaction. Writing the same again changes nothing.
   * @returns the outcomes by the alerts' ids
   */
  async write(writes: readonly AlertWrite[]): Promise<Map<string, WriteOutcome>> {
    const outcomes = new Map<string, WriteOutcome>();
    for (let start = 0; start < writes.length; start += writesPerStatement) {
      const rows = writes.slice(start, start + writesPerStatement).map(writeJson);
      const done = await this.#prisma.$queryRawUnsafe<{ id: string; outcome: WriteOutcome }[]>(
        writeAlertsSql,
        JSON.stringify(rows),
      );
      for (const { id, outcome } of done) outcomes.set(id, outcome);
    }
    return outcomes;
  }

  /** All that are open. */
  async open(): Promise<Alert[]> {
    const rows = await this.#prisma.alert.findMany({
      where: { state: { not: "normal" } },
      orderBy: { id: "asc" },
    });
    return rows.map(alertOf);
  }

  /** The open one of a rule and scope; null where there is none. */
  async openOf({ ruleId, scopeKey }: Pick<Alert, "ruleId" | "scopeKey">): Promise<Alert | null> {
    const row = await this.#prisma.alert.findFirst({ where: { ruleId, scopeKey, state: { not: "normal" } } });
    return row === null ? null : alertOf(row);
  }

  /**
   * @param sites null = of all sites and of none
   * @throws TaplineError `not-found`, also for one of none of these sites
   */
  async find(id: string, sites: readonly string[] | null = null): Promise<Alert> {
    const where = { id, ...(sites === null ? {} : { site: { in: [...sites] } }) };
    const row = isUuid(id) ? await this.#prisma.alert.findUnique({ where }) : null;
    if (row !== null) return alertOf(row);
    throw new TaplineError("not-found", `there is no alert ${id}`, {
      remedy: "`tapline alerts ls` shows which there are",
    });
  }

  /** What became of an alert, the first first; at most the last 1,000 steps. */
  async stepsOf(id: string): Promise<ShownEntry[]> {
    const { entries } = await this.#entries.page({ subject: `alert/${id}` }, 1_000);
    // Of entries of one millisecond the log does not say which was first; their revisions do.
    return entries.toSorted((a, b) => revOf(a) - revOf(b));
  }

  /** @param after `next` of the page before; null = from the newest on */
  async list(filter: AlertFilter, limit: number, after: string | null = null): Promise<AlertPage> {
    if (after !== null && !isUuid(after))
      throw new TaplineError("invalid-input", "this is no place in the list of alerts", {
        remedy: "take next of the page before, as it is",
      });
    const where = { AND: [whereOf(filter), after === null ? {} : { id: { lt: after } }] };
    const rows = await this.#prisma.alert.findMany({ where, orderBy: { id: "desc" }, take: limit + 1 });
    const page = rows.slice(0, limit);
    return { alerts: page.map(alertOf), next: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  /**
   * Does what a person asks, who sees `sites`; left out or null: the whole.
   * @returns the alert as it is now
   * @throws TaplineError `not-found`; `conflict` where somebody was faster or its state forbids it, `invalid-input` for a shelf that cannot be,
   * or somebody who may not act, or does not see the alert
   */
  async act(
    id: string,
    act: AlertAct,
    { sites = null, ...context }: ActContext & { traceId?: string | null; sites?: readonly string[] | null },
  ): Promise<Alert> {
    const wanted = await this.#byId(act, sites, () => this.find(id, sites));
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const before = await this.find(id, sites);
      const step = applyAct(before, wanted, context);
      const entries = [entryOf(step, uuidV7(context.atEpochMs, randomBytes), context.traceId)];
      const outcomes = await this.write([{ baseRev: before.rev, alert: step.alert, entries }]);
      if (!outcomes.has(id)) continue;
      // It stands, whoever is told of it when.
      await this.#tell(step.alert).catch(() => undefined);
      return step.alert;
    }
    throw new TaplineError("overloaded", `alert ${id} changes faster than it can be acted on`, {
      remedy: "try again in a few seconds",
    });
  }

  /** People stand in alerts and in the audit log by their ids, however they are named. */
  async #byId(act: AlertAct, sites: readonly string[] | null, find: () => Promise<Alert>): Promise<AlertAct> {
    if (act.kind !== "assign" || act.to === null) return act;
    const { scope } = await find();
    try {
      const person = await actingPerson(this.#prisma, act.to);
      mustSee(person, scope.site);
      return { ...act, to: person.id };
    } catch (error) {
      // Who sees some sites only is not told of people elsewhere.
      if (sites === null || !hasCode(error, "invalid-input")) throw error;
      throw new TaplineError("invalid-input", `nobody who may see to this alert is known by ${act.to}`, {
        remedy: "name somebody with the role operator or admin, who sees its site",
      });
    }
  }
}

function writeJson({ baseRev, alert, entries }: AlertWrite) {
  const rows = entries.map((entry: AuditEntry) => auditRows(entry));
  return {
    ...{ base_rev: baseRev, body: withoutNul(alert), entries: rows.map(entryJson) },
    erasable: rows.flatMap(({ erasable }) => erasable.map(erasableJson)),
  };
}

/** PostgreSQL holds no NUL; agents' and readers' names come from outside. */
function withoutNul(alert: Alert): unknown {
  return JSON.parse(
    JSON.stringify(alert, (_, value: unknown) =>
      typeof value === "string" ? value.replaceAll("\0", "") : value,
    ),
  );
}

function whereOf({ open, states, severities, ruleId, site }: AlertFilter): Prisma.AlertWhereInput {
  return {
    AND: [
      ...(open === undefined ? [] : [{ state: open ? { not: "normal" } : "normal" }]),
      ...(states === undefined ? [] : [{ state: { in: [...states] } }]),
    ],
    ...(severities === undefined ? {} : { severity: { in: [...severities] } }),
    ...(ruleId === undefined ? {} : { ruleId }),
    ...(site === undefined ? {} : { site }),
  };
}

const revOf = ({ facts }: ShownEntry): number => Number(facts.rev);

const alertOf = ({ body }: { body: unknown }): Alert => alertSchema.parse(body);
