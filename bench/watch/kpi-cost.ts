import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSeconds } from "../cpu-seconds.ts";
import { countArchived, type Installation, startInstallation } from "../installation/index.ts";
import { measureStream, nothing } from "../load/measure.ts";
import { makeLoad } from "../load/taps.ts";
import { nowMs } from "../site/now-ms.ts";
import { busyTimes, readProfile, type Span } from "./profile.ts";

const kpiWorker = "kpi";
const workers = ["ingest", "buffer,validation,encryption,transfer,audit", kpiWorker] as const;
/** What counts what happens and reports it, by the names of its files. */
const telemetryFiles =
  /\/core\/src\/telemetry\/|\/telemetry-stream\.ts$|\/telemetry\/src\/reporting\/|\/ended-delta\.ts$|\/taken-counts\.ts$/;

export type KpiCostLoad = { readonly taps: number; readonly warmUpTaps: number; readonly idleMs: number };

/** What telemetry and KPIs take of the path's CPU beyond what they take in the same time without taps, in CPU-seconds. */
export type KpiCost = {
  /** All serving processes. */
  readonly allS: number;
  /** Counting and reporting in the processes that taps pass. */
  readonly countingS: number;
  /** The kpi service's own process. */
  readonly kpiS: number;
  /** At which taps came. Reports and pictures are so many a second, so that at a lower rate they cost each tap more. */
  readonly tapsPerS: number;
};

/** What was measured of the processes, and when. */
type Measured = Omit<KpiCost, "countingS"> & {
  readonly idle: Span;
  readonly span: Span;
  /** CPU-seconds of the processes that taps pass, by their numbers. */
  readonly used: ReadonlyMap<number, number>;
};

/**
 * Measures that while taps come by stream, where a tap costs least, once all is warm. Of the kpi service's process all CPU counts, of
 * the others what V8's sampling profiler finds in the files that count and report, and in what those call; of both less what they take
 * when nothing happens, as for signs of life. What Redis does for their entries is among the rest: there are 20 a second and process at most.
 */
export async function kpiCost(load: KpiCostLoad, faults: string[]): Promise<KpiCost> {
  const profiles = await mkdtemp(join(tmpdir(), "tapline-profiles-"));
  try {
    const { used, idle, span, ...rest } = await measureProcesses(load, profiles, faults);
    let countingS = 0;
    for (const [pid, s] of used) {
      const profile = await readProfile(profiles, pid);
      const [resting, busy] = [idle, span].map((of) => busyTimes(profile, telemetryFiles, of));
      const restingUs = (resting?.inFilesUs ?? 0) * (lengthOf(span) / lengthOf(idle));
      if (busy === undefined || busy.inFilesUs <= restingUs)
        faults.push(`the profile of process ${pid} does not show that it counts`);
      else countingS += ((busy.inFilesUs - restingUs) / busy.allUs) * s;
    }
    return { ...rest, countingS };
  } finally {
    await rm(profiles, { recursive: true, force: true });
  }
}

async function measureProcesses(
  { taps, warmUpTaps, idleMs }: KpiCostLoad,
  profiles: string,
  faults: string[],
): Promise<Measured> {
  const [warmUp, measured] = [makeLoad(warmUpTaps, false), makeLoad(taps, false)];
  const installation = await startInstallation({
    ...{ trackers: [...warmUp.trackers, ...measured.trackers], unsigned: "accept", workers },
    // A profiler takes its samples also where nothing happens: that is not the kpi service's cost.
    settingsOf: (worker): Record<string, string> =>
      worker === kpiWorker ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` },
  });
  try {
    await measureStream(installation, warmUp, nothing());
    const pids = pidsOf(installation, (name) => !isKpi(name));
    const groups = [pidsOf(installation, isKpi), installation.pids, ...pids.map((pid) => [pid])];
    const resting = await usageOf(groups, () => sleep(idleMs));
    const busy = await usageOf(groups, () => measureStream(installation, measured, nothing()));
    const [restingS = 0] = resting.cpuS;
    const [kpiS = 0, allS = 0, ...used] = busy.cpuS;
    const [idle, span] = [resting.span, busy.span];
    await compareCounts(installation, warmUp.archived + measured.archived, faults);
    return {
      tapsPerS: (taps * 1_000) / lengthOf(span),
      ...{ idle, span, allS, kpiS: Math.max(0, kpiS - restingS * (lengthOf(span) / lengthOf(idle))) },
      used: new Map(pids.map((pid, i) => [pid, used[i] ?? Number.NaN])),
    };
  } finally {
    await installation.stop();
  }
}

/** What groups of processes use while something is done. */
async function usageOf(
  groups: readonly (readonly number[])[],
  doing: () => Promise<unknown>,
): Promise<{ readonly cpuS: number[]; readonly span: Span }> {
  const usage = (): Promise<number[]> => Promise.all(groups.map((pids) => cpuSeconds(pids)));
  const fromMs = nowMs();
  const before = await usage();
  await doing();
  const cpuS = (await usage()).map((s, i) => s - (before[i] ?? 0));
  return { cpuS, span: { fromMs, untilMs: nowMs() } };
}

const lengthOf = ({ fromMs, untilMs }: Span): number => untilMs - fromMs;

const isKpi = (name: string): boolean => name === kpiWorker;

function pidsOf({ parts }: Installation, is: (name: string) => boolean): number[] {
  return parts.filter(({ name, kind }) => kind === "worker" && is(name)).map((part) => part.life().pid);
}

async function compareCounts({ archiveDir, archiveKey }: Installation, expected: number, faults: string[]) {
  const { taps } = await countArchived(archiveDir, archiveKey);
  if (taps !== expected) faults.push(`${taps} instead of ${expected} taps were archived`);
}
