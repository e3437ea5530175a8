import { join } from "node:path";
import { type Colour, TaplineError } from "@tapline/core/kernel";
import { type Workload, type WorkloadName, workloadText } from "@tapline/core/noops";
import { openHands } from "../wire/commands/hands.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { actuatorSetting, archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";

export async function scale(
  service: string,
  replicas: number,
  options: ActingOptions & { readonly colour: Colour },
): Promise<void> {
  const { dryRun, ...act } = actOf(options);
  const workload = { service, colour: options.colour };
  const [{ databaseUrl }, socket] = await Promise.all([findStores(), findSocket()]);
  const hands = openHands(databaseUrl, socket);
  try {
    const found = await lookFor(workload, hands.look);
    if (!dryRun) await hands.scale(workload, replicas, found.revision, act);
    process.stdout.write(`${effectText(found, replicas, dryRun ? "would be" : "will be")}\n`);
  } finally {
    await hands.close();
  }
}

async function lookFor(
  name: WorkloadName,
  look: () => Promise<{ readonly workloads: readonly Workload[] }>,
): Promise<Workload> {
  const { workloads } = await look();
  const found = workloads.find(({ service, colour }) => service === name.service && colour === name.colour);
  if (found !== undefined) return found;
  throw new TaplineError("not-found", `nothing runs as ${workloadText(name)}`, {
    remedy: `what runs: ${[...new Set(workloads.map(workloadText))].join(", ")}`,
  });
}

function effectText(found: Workload, replicas: number, when: string): string {
  const shared = found.replicas.filter(({ services }) => services.length > 1).map(({ name }) => name);
  const floor = shared.length === 0 ? "" : `, of which ${shared.join(", ")} is other services, too`;
  const change = replicas - found.wanted;
  const does =
    change > 0
      ? `${count(change, "process", "processes")} ${when} started`
      : `${count(-change, "process", "processes")} ${when} drained and ended`;
  return [
    `${workloadText(found)} has ${count(found.wanted, "process", "processes")}${floor}`,
    change === 0
      ? "that is what is asked for: nothing changes"
      : `${does}; it holds until somebody asks for something else`,
  ].join("\n");
}

/** The supervisor's socket: as the workers are told it, else that of the nearest data folder. */
async function findSocket(): Promise<string> {
  const named = actuatorSetting();
  if (named !== undefined) return named;
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  if (dataDir !== undefined) return join(dataDir, "control.sock");
  throw new TaplineError("misconfigured", "no data folder of npm start is found from here", {
    remedy: "run this where npm start runs, or set TAPLINE_DATA_DIR; in a cluster scale by kubectl",
  });
}
