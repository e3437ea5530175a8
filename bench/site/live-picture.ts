import type { KpiLive } from "@tapline/core/kpi";

/** A live picture as the kpi service publishes it on a usual day. */
export function livePicture(stream: string, seq: number): KpiLive {
  const atEpochMs = Date.now();
  return {
    ...{ stream, seq, atEpochMs, silent: [], awayArchives: [] },
    ...{ tapsPerSecond: 12.4, archivedPerSecond: 12.2, backlog: seq % 7, oldestAgeMs: 60 + (seq % 90) },
    tapToArchiveMs: { p50: 84.2, p95: 142.5, p99: 205.1, count: 744 },
    rejects: { "bad-signature": 2, schema: 5 },
    duplicates: 15,
    totals: { ingested: 10_000 + seq, archived: 9_700 + seq, duplicates: 200, rejected: 97, segments: 412 },
    restore: {
      ...{ provenAtEpochMs: atEpochMs - 720_000, firstArchivedAtEpochMs: atEpochMs - 86_400_000 },
      ...{ everyMs: 3_600_000, freshness: "current" },
      readBack: [{ archive: "main", objects: 8_640, readBack: 912 }],
    },
  };
}

/** The text frame in which Socket.IO brings it to a browser; the id is what a lost connection is recovered by. */
export function frameOf(picture: KpiLive): string {
  return `42${JSON.stringify(["kpi", picture, `${picture.atEpochMs}-0`])}`;
}
