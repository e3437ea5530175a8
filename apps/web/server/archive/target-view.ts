import { type DeclaredArchives, type TargetStanding, wantedOf } from "@tapline/adapters/prisma";
import { type ArchiveAway, figureOf, type KpiSpan, mergeSpans } from "@tapline/core/kpi";
import type { TargetView } from "../../contracts/archive.ts";

const minuteMs = 60_000;

export interface TargetFacts {
  told: DeclaredArchives | null;
  away: readonly ArchiveAway[];
  /** What happened to it minute by minute. */
  hour: { fromEpochMs: number; untilEpochMs: number; spans: readonly KpiSpan[] } | null;
}

/** An archive with all that is known of it. */
export function targetView(standing: TargetStanding, { told, away, hour }: TargetFacts): TargetView {
  const settings = told?.targets.find(({ name }) => name === standing.name);
  const absence = away.find(({ archive }) => archive === standing.name);
  const isWanted = told !== null && wantedOf(told).includes(standing.name);
  return {
    ...standing,
    address: settings?.address ?? null,
    hostKeys: settings?.hostKeys ?? [],
    isWanted,
    away:
      absence === undefined
        ? null
        : { sinceEpochMs: absence.sinceEpochMs, why: absence.why, error: absence.error ?? null },
    ...flowOf(hour),
  };
}

function flowOf(hour: TargetFacts["hour"]): Pick<TargetView, "bytesPerSecond" | "errorRatio"> {
  if (hour === null) return { bytesPerSecond: [], errorRatio: null };
  const { fromEpochMs, untilEpochMs, spans } = hour;
  const byStart = new Map(spans.map((span) => [span.startEpochMs, span]));
  const minutes = (untilEpochMs - fromEpochMs) / minuteMs;
  const bytesPerSecond = Array.from({ length: minutes }, (_, minute) => {
    const span = byStart.get(fromEpochMs + minute * minuteMs);
    return span === undefined ? null : figureOf("archive.written_bytes_per_second", span);
  });
  const whole = mergeSpans(spans, fromEpochMs, untilEpochMs - fromEpochMs);
  return { bytesPerSecond, errorRatio: whole === null ? null : figureOf("archive.error_ratio", whole) };
}
