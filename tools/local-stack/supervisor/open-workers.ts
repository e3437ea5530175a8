import { TaplineError } from "@tapline/core/kernel";
import { type ChildEnvironments, controlSocket } from "../child-environments.ts";
import type { StackConfig } from "../config.ts";
import type { DataFolder } from "../data-folder.ts";
import { openLogFile } from "../log-file.ts";
import { type Child, type ChildMessage, projectRoot, startChild } from "../start-child.ts";
import { AgentsDoor } from "./agents-door.ts";
import { serveControl } from "./control-server.ts";
import { Crew } from "./crew.ts";
import { cannotRun, findProgram, workerScript } from "./find-program.ts";
import { keepWanted, readWanted } from "./kept-wanted.ts";
import type { SlotPlan } from "./plan-slots.ts";
import { wantedAtFirst } from "./wanted.ts";

export type WorkersPlan = Readonly<{
  config: StackConfig;
  folder: DataFolder;
  environments: ChildEnvironments;
  ports: Readonly<{ ingest: number; stream: number }>;
  say: (line: string) => void;
  onMessage: (message: ChildMessage) => void;
}>;

/** All worker processes, the door that agents know, and the socket by which they are changed. */
export type Workers = Readonly<{
  crew: Crew;
  /** Starts the processes, then opens the door and the socket. */
  begin: () => Promise<void>;
  stop: (graceMs: number) => Promise<void>;
}>;

/** Reads what is wanted. A bounded run (`once`) takes the installation's own, one of each, and what is asked of it ends with it. */
export async function openWorkers({
  config,
  folder,
  environments,
  ports,
  say,
  onMessage,
}: WorkersPlan): Promise<Workers> {
  const crew = new Crew({
    wanted: config.once ? wantedAtFirst : await readWanted(folder.root),
    keep: async (wanted) => {
      if (!config.once) await keepWanted(folder.root, wanted);
    },
    cannotRun: (release) => cannotRun(release, folder.root),
    start,
    say,
  });
  const door = new AgentsDoor(crew);
  let control: { close: () => Promise<void> } | null = null;

  async function start(plan: SlotPlan, signal: AbortSignal): Promise<Child> {
    let child: Child | null = null;
    const hear = (message: ChildMessage): void => {
      onMessage(message);
      if (child !== null) door.hear(child, message);
    };
    child = await startChild({
      ...{ name: plan.name, script: workerScript, root: programOf(plan, folder.root) },
      environment: {
        ...environments.worker(plan.services),
        ...plan.release?.config,
        TAPLINE_COLOUR: plan.colour,
        // By its name telemetry and what runs are known to be the same; each life has its own.
        TAPLINE_INSTANCE: `${plan.name}-${Date.now()}`,
      },
      ...{ logFile: openLogFile(folder.logs, plan.name), compiledDir: folder.compiled },
      ...{ onMessage: hear, signal },
    });
    return child;
  }

  return {
    crew,
    begin: async () => {
      await crew.begin();
      await door.open({
        host: config.environment.TAPLINE_INGEST_HOST ?? "127.0.0.1",
        ports: { rest: ports.ingest, stream: ports.stream },
      });
      control = await serveControl(controlSocket(folder), crew, say);
    },
    stop: async (graceMs) => {
      door.close();
      await Promise.all([control?.close(), crew.stop(graceMs)]);
    },
  };
}

function programOf({ name, release }: SlotPlan, dataDir: string): string {
  if (release === null) return projectRoot;
  const folder = findProgram(release.version, dataDir);
  if (folder !== null) return folder;
  throw new TaplineError("misconfigured", `the program of version ${release.version} for ${name} is gone`, {
    remedy: `put it back into the folder releases of ${dataDir}, or roll the release back`,
  });
}
