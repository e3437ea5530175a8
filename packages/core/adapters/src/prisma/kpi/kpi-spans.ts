import {
  availabilityOf,
  type KpiScope,
  type KpiSpan,
  kpiSpanSchema,
  mergeSpans,
  objectiveWindowMs,
  type PastAvailability,
  scopeKey,
  scopeKind,
  spanRetentionMs,
} from "@tapline/core/kpi";
import type { Prisma, PrismaClient } from "../generated/client.ts";

const cursorFact = "kpi.spans_cursor";
const hoursFact = "kpi.hours_until";
const [minuteMs, hourMs] = [60_000, 3_600_000];
const rowsPerInsert = 1_000;
/** Scopes of which the minutes of an hour are merged at a time. */
const scopesPerPage = 100;
/** Availability is told by the minute for so long, for the windows of hours; before that by the hour. */
const byMinuteMs = 6 * hourMs;

/** Spans of KPI history in PostgreSQL, and up to where telemetry is counted in them. */
export class KpiSpans {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** The entry of the telemetry stream up to which deltas are in the minutes kept; null before the first. */
  async cursor(): Promise<string | null> {
    return (await this.#prisma.installationFact.findUnique({ where: { name: cursorFact } }))?.value ?? null;
  }

  /**
   * Keeps the minutes that end at `cursor`, in one transaction with it.
   * @param before the cursor from which they were counted
   * @returns false, and keeps nothing, where somebody else has kept them meanwhile
   */
  async keepMinutes(spans: readonly KpiSpan[], before: string | null, cursor: string): Promise<boolean> {
    return await this.#prisma.$transaction(async (tx) => {
      if (!(await moveFact(tx, cursorFact, before, cursor))) return false;
      await insert(tx, spans);
      return true;
    });
  }

  /**
   * Merges the minutes of each hour that has ended and was not merged yet, and forgets what is past its time.
   * @param nowEpochMs up to where minutes are kept
   */
  async keepHours(nowEpochMs: number): Promise<void> {
    const end = Math.floor(nowEpochMs / hourMs) * hourMs;
    const known = await this.#prisma.installationFact.findUnique({ where: { name: hoursFact } });
    const first = known === null ? Math.min(end, await this.#firstHour()) : Number(known.value);
    for (let start = Math.max(first, end - 48 * hourMs); start < end; start += hourMs)
      await this.#keepHour(start);
    if (first < end) await this.#forget(nowEpochMs);
    const value = String(Math.max(first, end));
    await this.#prisma.installationFact.upsert({
      where: { name: hoursFact },
      create: { name: hoursFact, value },
      update: { value },
    });
  }

  /** Spans of one scope that begin in [fromEpochMs, untilEpochMs), oldest first. */
  async list(
    scope: KpiScope,
    resolutionMs: number,
    fromEpochMs: number,
    untilEpochMs: number,
  ): Promise<KpiSpan[]> {
    const rows = await this.#prisma.kpiSpan.findMany({
      where: {
        ...{ resolutionMs, scope: scopeKey(scope) },
        start: { gte: new Date(fromEpochMs), lt: new Date(untilEpochMs) },
      },
      orderBy: { start: "asc" },
    });
    return rows.flatMap(({ span }) => read(span));
  }

  /** What was offered and taken within the objective's window in minutes that had ended by `untilEpochMs`, oldest first. */
  async availability(untilEpochMs: number): Promise<PastAvailability[]> {
    const end = Math.floor(untilEpochMs / minuteMs) * minuteMs;
    const byMinuteFrom = Math.floor((end - byMinuteMs) / hourMs) * hourMs;
    const [hours, minutes] = await Promise.all([
      this.list({}, hourMs, end - objectiveWindowMs, byMinuteFrom),
      this.list({}, minuteMs, byMinuteFrom, end),
    ]);
    return [...hours, ...minutes].map(availabilityOf);
  }

  async #firstHour(): Promise<number> {
    const oldest = await this.#prisma.kpiSpan.findFirst({
      where: { resolutionMs: minuteMs },
      orderBy: { start: "asc" },
      select: { start: true },
    });
    return Math.floor((oldest?.start.getTime() ?? Number.MAX_SAFE_INTEGER) / hourMs) * hourMs;
  }

  async #keepHour(startEpochMs: number): Promise<void> {
    const start = { gte: new Date(startEpochMs), lt: new Date(startEpochMs + hourMs) };
    for (let after = null as string | null; ; ) {
      const page = await this.#prisma.kpiSpan.findMany({
        where: { resolutionMs: minuteMs, start, ...(after === null ? {} : { scope: { gt: after } }) },
        distinct: ["scope"],
        orderBy: { scope: "asc" },
        select: { scope: true },
        take: scopesPerPage,
      });
      const scopes = page.map(({ scope }) => scope);
      const rows = await this.#prisma.kpiSpan.findMany({
        where: { resolutionMs: minuteMs, start, scope: { in: scopes } },
        orderBy: { start: "asc" },
      });
      const merged = [...Map.groupBy(rows, ({ scope }) => scope).values()].flatMap(
        (same) =>
          mergeSpans(
            same.flatMap(({ span }) => read(span)),
            startEpochMs,
            hourMs,
          ) ?? [],
      );
      await this.#prisma.$transaction((tx) => insert(tx, merged));
      after = scopes.at(-1) ?? null;
      if (after === null || scopes.length < scopesPerPage) return;
    }
  }

  async #forget(nowEpochMs: number): Promise<void> {
    for (const [resolutionMs, byKind] of Object.entries(spanRetentionMs))
      for (const [kind, retentionMs] of Object.entries(byKind))
        await this.#prisma.kpiSpan.deleteMany({
          where: {
            ...{ resolutionMs: Number(resolutionMs), kind },
            start: { lt: new Date(nowEpochMs - retentionMs) },
          },
        });
  }
}

/** Changes a fact from `before` to `value`; false where it is another one by now. */
async function moveFact(
  tx: Prisma.TransactionClient,
  name: string,
  before: string | null,
  value: string,
): Promise<boolean> {
  if (before !== null) {
    const { count } = await tx.installationFact.updateMany({
      where: { name, value: before },
      data: { value },
    });
    return count === 1;
  }
  const { count } = await tx.installationFact.createMany({ data: [{ name, value }], skipDuplicates: true });
  return count === 1;
}

async function insert(tx: Prisma.TransactionClient, spans: readonly KpiSpan[]): Promise<void> {
  for (let i = 0; i < spans.length; i += rowsPerInsert)
    await tx.kpiSpan.createMany({
      data: spans.slice(i, i + rowsPerInsert).map((span) => ({
        ...{ resolutionMs: span.resolutionMs, scope: scopeKey(span.scope), kind: scopeKind(span.scope) },
        ...{ start: new Date(span.startEpochMs), span },
      })),
      // An hour that was cut off while it was merged is merged once more, from the same minutes.
      skipDuplicates: true,
    });
}

/** What an earlier release kept in another form counts as nothing. */
function read(span: unknown): KpiSpan[] {
  const { data } = kpiSpanSchema.safeParse(span);
  return data === undefined ? [] : [data as KpiSpan];
}
