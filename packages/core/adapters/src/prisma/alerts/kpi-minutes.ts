import { readFileSync } from "node:fs";
import {
  type FigureParts,
  figureParts,
  type KpiId,
  type KpiScopeKind,
  type KpiSpan,
  kpiSpanSchema,
  parseScopeKey,
} from "@tapline/core/kpi";
import type { PrismaClient } from "../generated/client.ts";

const listMinutesSql = readFileSync(new URL("./list-kpi-minutes.sql", import.meta.url), "utf8");

const minuteMs = 60_000;
/** Short enough for whoever else waits for this process. */
const rowsPerPage = 2_000;

type Row = {
  readonly scope: string;
  readonly start: Date;
  readonly counts: Readonly<Record<string, unknown>> | null;
  /** JSON, which the client of the database would take apart more slowly. */
  readonly times: string | null;
  readonly level: number | null;
};

/** A minute of history; `spans` is null where nobody kept it. They hold what the KPI asked for is told from, and nothing else. */
export type KpiMinute = { readonly startEpochMs: number; readonly spans: readonly KpiSpan[] | null };

/** Reads what one KPI is told from, for all scopes of one kind, minute by minute. */
export class KpiMinutes {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Each minute of [fromEpochMs, untilEpochMs), in order; both are the start of one. */
  async *read(
    kpi: KpiId,
    kind: KpiScopeKind,
    fromEpochMs: number,
    untilEpochMs: number,
  ): AsyncGenerator<KpiMinute> {
    const kept = await this.#kept(fromEpochMs, untilEpochMs);
    let atEpochMs = fromEpochMs;
    let spans: KpiSpan[] = [];
    const minute = (): KpiMinute => {
      const told = { startEpochMs: atEpochMs, spans: kept.has(atEpochMs) || spans.length > 0 ? spans : null };
      atEpochMs += minuteMs;
      spans = [];
      return told;
    };
    for await (const span of this.#spans(kpi, kind, fromEpochMs, untilEpochMs)) {
      while (span.startEpochMs > atEpochMs) yield minute();
      spans.push(span);
    }
    while (atEpochMs < untilEpochMs) yield minute();
  }

  /** Minutes that somebody kept: each has a span of all of the installation. */
  async #kept(fromEpochMs: number, untilEpochMs: number): Promise<Set<number>> {
    const rows = await this.#prisma.kpiSpan.findMany({
      where: {
        ...{ resolutionMs: minuteMs, scope: "" },
        start: { gte: new Date(fromEpochMs), lt: new Date(untilEpochMs) },
      },
      select: { start: true },
    });
    return new Set(rows.map(({ start }) => start.getTime()));
  }

  async *#spans(
    kpi: KpiId,
    kind: KpiScopeKind,
    fromEpochMs: number,
    untilEpochMs: number,
  ): AsyncGenerator<KpiSpan> {
    const parts = figureParts(kpi);
    const { times } = parts;
    let after = { start: new Date(fromEpochMs - 1), scope: "" };
    for (;;) {
      const rows: Row[] = await this.#prisma.$queryRawUnsafe(
        ...[listMinutesSql, kind, after.start, after.scope, new Date(untilEpochMs)],
        ...[times ?? "", kpi, rowsPerPage],
      );
      for (const row of rows) yield* spanOf(row, kpi, parts);
      const last = rows.at(-1);
      if (last === undefined || rows.length < rowsPerPage) return;
      after = last;
    }
  }
}

/** What an earlier release kept in another form counts as nothing. */
function spanOf({ scope, start, counts, times, level }: Row, kpi: KpiId, parts: FigureParts): KpiSpan[] {
  const { data } = kpiSpanSchema.safeParse({
    ...{ scope: parseScopeKey(scope), startEpochMs: start.getTime(), resolutionMs: minuteMs },
    counts: Object.fromEntries(
      parts.counters.flatMap((name) => (counts?.[name] === undefined ? [] : [[name, counts[name]]])),
    ),
    times: parts.times === null || times === null ? {} : { [parts.times]: JSON.parse(times) as unknown },
    levels: level === null ? {} : { [kpi]: level },
  });
  return data === undefined ? [] : [data as KpiSpan];
}
