import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { meshServices } from "@tapline/core/telemetry";
import { cpuSeconds } from "../cpu-seconds.ts";
import type { Installation } from "../installation/index.ts";
import { makeLoad } from "../load/taps.ts";
import { figure, type Row } from "../report.ts";
import { PacedPosts } from "./paced-posts.ts";
import { startTwelve } from "./twelve.ts";

const perSecond = 50;
const settleTimeoutMs = 120_000;

/** Of a process over some seconds. */
type Use = Readonly<{ residentMiB: number; cores: number }>;

/** What each of twelve processes holds and uses at rest, and while taps come one by one: what its pod has to be given. */
export async function footprint(
  { seconds, say }: { readonly seconds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<Row[]> {
  const load = makeLoad(perSecond * seconds, true);
  const { installation } = await startTwelve(load.trackers, "refuse");
  try {
    // What starting took is not what resting takes.
    await sleep(seconds * 1_000);
    say(`${seconds} s at rest, then ${seconds} s with ${perSecond} taps/s`);
    const rest = await useWhile(installation, () => sleep(seconds * 1_000));
    const paced = await useWhile(installation, async () => {
      // A door that refuses a tap would be asked again.
      const sound = load.payloads.filter((payload) => payload[0] !== 0);
      await using posts = new PacedPosts(installation);
      const { posted } = await posts.post(sound, { perSecond });
      await installation.settled(posted, settleTimeoutMs);
    });
    return meshServices.flatMap((service) => rowsOf(service, rest.get(service), paced.get(service), faults));
  } finally {
    await installation.stop();
  }
}

function rowsOf(service: string, rest: Use | undefined, paced: Use | undefined, faults: string[]): Row[] {
  if (rest === undefined || paced === undefined) {
    faults.push(`${service} was not measured`);
    return [];
  }
  const row = (name: string, unit: string, value: number, note: string): Row =>
    figure(`footprint-${service}-${name}`, unit, [value], { note });
  const under = `with ${perSecond} taps/s, one per POST`;
  return [
    row("resident", "MiB", rest.residentMiB, "at rest"),
    row("cpu", "millicores", rest.cores * 1_000, "at rest"),
    row("resident-under-load", "MiB", paced.residentMiB, under),
    row("cpu-under-load", "millicores", paced.cores * 1_000, under),
  ];
}

async function useWhile(installation: Installation, act: () => Promise<void>): Promise<Map<string, Use>> {
  const ours = installation.parts.filter(({ kind }) => kind === "worker" || kind === "web");
  const read = () => Promise.all(ours.map((part) => cpuSeconds([part.life().pid])));
  const [before, startedAt] = [await read(), performance.now()];
  await act();
  const [after, took] = [await read(), (performance.now() - startedAt) / 1_000];
  const uses = ours.map(async (part, at): Promise<[string, Use]> => {
    const cores = ((after[at] ?? 0) - (before[at] ?? 0)) / took;
    return [part.name, { cores, residentMiB: await residentMiB(part.life().pid) }];
  });
  return new Map(await Promise.all(uses));
}

/** proc_pid_status(5): pages in memory, those that are shared with others included. */
async function residentMiB(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1]) / 1024;
}
