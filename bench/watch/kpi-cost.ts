import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSeconds } from "../cpu-seconds.ts";
import { countArchived, type Installation, startInstallation } from "../installation/index.ts";
import { measureStream, nothing } from "../load/measure.ts";
import { makeLoad } from "../load/taps.ts";

const workers = ["ingest", "buffer,validation,encryption,transfer,audit", "kpi"] as const;
/** What counts what happens and reports it, by the names of its files. */
const telemetryFiles =
  /\/core\/src\/telemetry\/|\/telemetry-stream\.ts$|\/telemetry\/src\/reporting\/|\/ended-delta\.ts$|\/taken-counts\.ts$/;
const idle = new Set(["(idle)", "(root)"]);

/** A profile as V8 writes it (the DevTools protocol's `Profiler.Profile`), as far as it is read. */
type Profile = {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
};

/**
 * The share of the path's CPU that telemetry and KPIs take, taps coming by stream, where a tap costs least. Of the kpi service's
 * process all CPU counts, of the others what V8's sampling profiler finds in the files that count and report, and in what those
 * call. What Redis does for their entries is among the rest: there are 20 a second and process at most.
 * @returns percent
 */
export async function kpiCostPercent(taps: number, faults: string[]): Promise<number> {
  const profiles = await mkdtemp(join(tmpdir(), "tapline-profiles-"));
  try {
    const load = makeLoad(taps, false);
    const installation = await startInstallation({
      ...{ trackers: load.trackers, unsigned: "accept", workers },
      settings: { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profiles}` },
    });
    const used = new Map<number, number>();
    const counting = pidsOf(installation, (name) => name !== "kpi");
    const [kpi = 0] = pidsOf(installation, (name) => name === "kpi");
    let allS = 0;
    try {
      const before = await Promise.all([...counting, kpi].map((pid) => cpuSeconds([pid])));
      const allBefore = await cpuSeconds(installation.pids);
      await measureStream(installation, load, nothing());
      allS = (await cpuSeconds(installation.pids)) - allBefore;
      for (const [i, pid] of [...counting, kpi].entries())
        used.set(pid, (await cpuSeconds([pid])) - (before[i] ?? 0));
      const { taps: archived } = await countArchived(installation.archiveDir, installation.archiveKey);
      if (archived !== load.archived)
        faults.push(`${archived} instead of ${load.archived} taps were archived`);
    } finally {
      await installation.stop();
    }
    let watchS = used.get(kpi) ?? Number.NaN;
    for (const pid of counting) {
      const share = telemetryShare(await readProfile(profiles, pid));
      if (share === 0) faults.push(`the profile of process ${pid} has no sample of telemetry`);
      watchS += share * (used.get(pid) ?? Number.NaN);
    }
    return (watchS / allS) * 100;
  } finally {
    await rm(profiles, { recursive: true, force: true });
  }
}

function pidsOf({ parts }: Installation, is: (name: string) => boolean): number[] {
  return parts.filter(({ name, kind }) => kind === "worker" && is(name)).map((part) => part.life().pid);
}

/** Written by Node as a process ends, under a name that has the process's number as its fourth part. */
async function readProfile(dir: string, pid: number): Promise<Profile> {
  const name = (await readdir(dir)).find((file) => file.split(".")[3] === String(pid));
  if (name === undefined) throw new Error(`process ${pid} left no profile`);
  return JSON.parse(await readFile(join(dir, name), "utf8")) as Profile;
}

/** Of the samples in which the process was not idle: those on whose stack a telemetry file stands (0-1). */
function telemetryShare({ nodes, samples }: Profile): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ofTelemetry = new Set<number>();
  const mark = (id: number, isIn: boolean): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const isInToo = isIn || telemetryFiles.test(node.callFrame.url);
    if (isInToo) ofTelemetry.add(id);
    for (const child of node.children ?? []) mark(child, isInToo);
  };
  mark(nodes[0]?.id ?? 0, false);
  const busy = samples.filter((id) => !idle.has(byId.get(id)?.callFrame.functionName ?? ""));
  return busy.filter((id) => ofTelemetry.has(id)).length / busy.length;
}
