import { SegmentQueues } from "@tapline/adapters/bullmq";
import { ReleaseDesk } from "@tapline/adapters/prisma";
import {
  connectRedis,
  queuePrefix,
  SegmentShares,
  ServicesReports,
  StageEvidence,
} from "@tapline/adapters/redis";
import { type Actuator, type ActuatorAct, actRefused, type Landscape } from "@tapline/core/noops";
import type { TestPath } from "./path.fixture.ts";
import { type ReleaseControlParts, startReleaseControl } from "./roles/release-control.ts";
import { forkWorker, type WorkerProcess } from "./worker-process.fixture.ts";

/** Runs green as one process beside a blue one that somebody else started; one that dies is started again. */
export class ForkedGreen implements Pick<Actuator, "look" | "act"> {
  worker: WorkerProcess | null = null;
  readonly acts: string[] = [];
  readonly #path: TestPath;
  readonly service: string;
  /** What each new process is told before it gets anything to do. */
  readonly #spoil: (worker: WorkerProcess) => void;
  readonly #loads: Readonly<Record<string, string>>;
  #release: { id: string; config: Record<string, string> } | null = null;
  #restarts = 0;

  /** @param loads a module that each of its processes loads before the program: a program of another version */
  constructor(
    path: TestPath,
    service: string,
    spoil: (worker: WorkerProcess) => void = () => undefined,
    loads: URL | null = null,
  ) {
    this.#path = path;
    this.service = service;
    this.#spoil = spoil;
    this.#loads = loads === null ? {} : { NODE_OPTIONS: `--import=${loads.href}` };
  }

  async look(): Promise<Landscape> {
    const { service } = this;
    const [atEpochMs, bounds, revision] = [Date.now(), null, "1"];
    const replica = { startedAtEpochMs: atEpochMs, restarts: 0, services: [service] };
    const blue = { service, colour: "blue", release: null, wanted: 1, bounds, revision } as const;
    const green = { service, colour: "green", wanted: 1, bounds, revision } as const;
    const state = this.worker === null ? ("starting" as const) : ("ready" as const);
    const replicas = [{ ...replica, name: "g", state, restarts: this.#restarts }];
    return {
      atEpochMs,
      workloads: [
        { ...blue, replicas: [{ ...replica, name: "b", state: "ready" }] },
        ...(this.#release === null ? [] : [{ ...green, release: this.#release.id, replicas }]),
      ],
      shares: {},
    };
  }

  async act(act: ActuatorAct): Promise<{ revision: string }> {
    this.acts.push(act.kind);
    if (act.kind === "place") {
      this.#release = { id: act.release.id, config: act.release.config };
      await this.#start();
    } else if (act.kind === "retire") {
      this.#release = null;
      await this.worker?.kill();
      this.worker = null;
    } else throw actRefused("unsupported", `${act.kind} is none of this one's`);
    return { revision: "1" };
  }

  async #start(): Promise<void> {
    const release = this.#release;
    if (release === null) return;
    const worker = await forkWorker(this.#path, this.service, {
      TAPLINE_COLOUR: "green",
      ...release.config,
      ...this.#loads,
    });
    this.#spoil(worker);
    this.worker = worker;
    worker.child.once("exit", () => {
      if (this.worker === worker) this.worker = null;
      if (this.#release !== release) return;
      this.#restarts++;
      void this.#start();
    });
  }
}

/** Leads releases on as a process with the lease would. */
export function controlReleases(path: TestPath, actuator: ReleaseControlParts["actuator"]) {
  const redis = connectRedis(path.redis.url, () => undefined);
  const desk = new ReleaseDesk(path.prisma, Date.now);
  const queues = new SegmentQueues(redis, queuePrefix);
  const shares = new SegmentShares(redis);
  const faults: unknown[] = [];
  const log = {
    info: () => undefined,
    warn: (fault: unknown) => faults.push(fault),
    error: (fault: unknown) => faults.push(fault),
  };
  const role = startReleaseControl({
    ...{ desk, actuator, shares, queues, fence: () => 1, isStopped: async () => false, clock: Date.now },
    ...{ evidence: new StageEvidence(redis), reports: new ServicesReports(redis), log: log as never },
  });
  return {
    ...{ desk, shares, faults },
    close: async (): Promise<void> => {
      await role.stop(1_000);
      await queues.close(1_000);
      redis.disconnect();
    },
  };
}
