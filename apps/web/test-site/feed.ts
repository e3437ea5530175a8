import { randomBytes } from "node:crypto";
import { type KpiLive, type KpiPoint, mergePoints } from "@tapline/core/kpi";
import { Histogram } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";

/** A day's swing with some noise that is the same in every run. */
function rateAt(epochMs: number): number {
  const second = Math.floor(epochMs / 1000);
  const noise = ((second * 2_654_435_761) % 1000) / 1000;
  return 14 + 6 * Math.sin(second / 400) + 3 * Math.sin(second / 47) + 4 * noise;
}

export function secondAt(startEpochMs: number): KpiPoint {
  const latency = new Histogram();
  const taps = Math.round(rateAt(startEpochMs));
  const slow = 1 + 0.4 * Math.sin(startEpochMs / 300_000);
  for (let tap = 0; tap < taps; tap++) {
    const spread = ((startEpochMs / 1000) * 7919 + tap * 104_729) % 100;
    latency.record((62 + spread * 0.7 + (spread > 96 ? 70 : 0)) * slow);
  }
  return {
    ...mergePoints([], { startEpochMs, resolutionMs: 1000 }),
    ...{
      ingested: taps,
      archived: Math.round(rateAt(startEpochMs - 1000) * 0.97),
      duplicates: taps > 20 ? 1 : 0,
    },
    ...{ tapToArchiveMs: latency.data(), backlog: taps % 5, segments: 2 },
  };
}

/** The last hour at one second, with eight minutes in which nobody wrote. */
export async function writeHistory(redis: Redis, nowEpochMs: number): Promise<void> {
  const pipeline = redis.pipeline();
  const first = Math.floor(nowEpochMs / 1000) * 1000 - 3_600_000;
  for (let at = first; at < nowEpochMs - 1000; at += 1000) {
    if (at - first > 1_500_000 && at - first < 1_980_000) continue;
    pipeline.xadd("tapline:{kpi}:seconds", `${at + 1000}-0`, "j", JSON.stringify(secondAt(at)));
  }
  await pipeline.exec();
}

/** What the worker's kpi role would publish, until stopped. */
export function startFeed(
  redis: Redis,
  given: Partial<KpiLive> = {},
): { stop: () => void; last: () => KpiLive } {
  const stream = randomBytes(4).toString("hex");
  let seq = 0;
  let picture: KpiLive | undefined;
  const publish = () => {
    seq++;
    const atEpochMs = Date.now();
    picture = {
      ...{
        stream,
        seq,
        atEpochMs,
        tapsPerSecond: rateAt(atEpochMs),
        archivedPerSecond: rateAt(atEpochMs - 900),
      },
      ...{ silent: [], awayArchives: [] },
      ...{ backlog: seq % 7, oldestAgeMs: seq % 7 === 0 ? null : 60 + (seq % 90) },
      tapToArchiveMs: {
        p50: 84.2 + (seq % 5),
        p95: 142.5 + (seq % 9),
        p99: 205.1 + (seq % 13),
        count: 980 + (seq % 40),
      },
      rejects: { schema: 5, "bad-signature": 3, unsigned: 2, "malformed-cbor": 1, equivocation: 1 },
      duplicates: 19 + (seq % 3),
      totals: {
        ...{ ingested: 184_220 + seq * 4, archived: 178_630 + seq * 4, duplicates: 3_684 },
        ...{ rejected: 1_842, segments: 9_511 + seq },
      },
      restore: {
        ...{ provenAtEpochMs: atEpochMs - 1_500_000, firstArchivedAtEpochMs: atEpochMs - 86_400_000 },
        ...{ everyMs: 3_600_000, freshness: "current" as const },
        readBack: [{ archive: "main", objects: 8_640, readBack: 912 }],
      },
      ...given,
    };
    redis.xadd("tapline:{kpi}:live", "MAXLEN", "~", 2400, "*", "j", JSON.stringify(picture)).catch(() => {});
    if (seq % 4 === 0) {
      const start = Math.floor(atEpochMs / 1000) * 1000 - 1000;
      redis.xadd("tapline:{kpi}:seconds", "*", "j", JSON.stringify(secondAt(start))).catch(() => {});
    }
  };
  const timer = setInterval(publish, 250);
  publish();
  return {
    stop: () => clearInterval(timer),
    last: () => picture ?? expectPicture(),
  };
}

function expectPicture(): never {
  throw new Error("the feed has published nothing");
}
