import { connectPrisma, type PrismaClient, ReleaseDesk } from "@tapline/adapters/prisma";
import { leaseCheck, NoopsDesk, NoopsLease, NoopsLog, NoopsRulesDesk } from "@tapline/adapters/prisma/noops";
import type { Wishes } from "@tapline/core/balance";
import {
  type Actuator,
  type ActuatorAct,
  actRefused,
  isMeshAct,
  type Landscape,
  type MeshAct,
  noopsRulesFormat,
  parseNoopsRules,
  type Workload,
} from "@tapline/core/noops";
import { pino } from "pino";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { noopsLeaseMs, type RunningNoops, startNoops } from "./noops.ts";

/** What runs, in memory, under fences as both real sides keep them. */
export class MemoryActuator implements Actuator {
  readonly acts: { readonly act: ActuatorAct; readonly fence: number | null }[] = [];
  /** What is asked of it waits here first. */
  gate: (signal: AbortSignal | undefined) => Promise<void> = async () => undefined;
  readonly #clock: () => number;
  /** How many replicas of each service run. */
  readonly counts = new Map([["validation", 2]]);
  /** How a mesh connects to services; null: there is none. */
  mesh: NonNullable<Landscape["mesh"]> | null = null;
  #fence = 0;
  #changes = 0;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  async look(): Promise<Landscape> {
    const workloads = [...this.counts].map(([service, wanted]) => this.#workload(service, wanted));
    return {
      atEpochMs: this.#clock(),
      workloads,
      shares: {},
      ...(this.mesh === null ? {} : { mesh: this.mesh }),
    };
  }

  watch(): () => void {
    return () => undefined;
  }

  async act(
    act: ActuatorAct,
    { fence, signal, revision }: Parameters<Actuator["act"]>[1],
  ): Promise<{ readonly revision: string }> {
    await this.gate(signal);
    if (fence !== null && fence < this.#fence) throw actRefused("fenced", `lease ${this.#fence} has acted`);
    if (isMeshAct(act)) return this.#setMesh(act, revision);
    if (act.kind !== "scale") throw actRefused("unsupported", `it cannot ${act.kind}`);
    this.#fence = fence ?? this.#fence;
    this.#changes += 1;
    this.acts.push({ act, fence });
    this.counts.set(act.workload.service, act.replicas);
    return { revision: String(this.#changes) };
  }

  #setMesh(act: MeshAct, revision: string | undefined): { readonly revision: string } {
    const { kind, service, ...set } = act;
    const state = this.mesh?.[service];
    if (state === undefined) throw actRefused("unsupported", "there is no mesh");
    if (state.revision !== revision) throw actRefused("conflict", `${revision} is not ${state.revision}`);
    this.#changes += 1;
    const next = String(this.#changes);
    this.acts.push({ act, fence: null });
    this.mesh = { ...this.mesh, [service]: { ...state, ...set, revision: next, routesRevision: next } };
    return { revision: next };
  }

  /** How often it was halted, and for what. */
  readonly halts: string[] = [];

  async halt({ reason }: Parameters<Actuator["halt"]>[0]): Promise<void> {
    this.halts.push(reason);
  }

  #workload(service: string, wanted: number): Workload {
    const replicas = Array.from({ length: wanted }, (_, index) => ({
      ...{ name: `${service}-${index + 1}`, state: "ready" as const, startedAtEpochMs: 1, restarts: 0 },
      services: [service],
    }));
    const name = { service, colour: "blue" as const };
    return { ...name, release: null, wanted, bounds: null, replicas, revision: String(this.#changes) };
  }
}

export const scaleUp = {
  ...{ id: "scale-up", per: "service", when: "wish(target).replicas > service(target).wanted" },
  ...{ cooldownMs: 1_000, perHour: 10, mode: "armed", owner: "ola", purpose: "a test" },
  act: { kind: "scale", direction: "up", to: "wish", maxStep: 1, max: 8 },
  runbook: "docs/noops.md#scale-up-on-wish",
};

/** NoOps on a PostgreSQL of its own, with one service that it may scale. */
export class NoopsRig {
  readonly prisma: PrismaClient;
  readonly desk: NoopsDesk;
  readonly actuator: MemoryActuator;
  /** Replicas that balance wishes; null: nobody says. */
  wish: number | null = 2;
  /** Archives, of which two have to hold a segment, and those that are closed. */
  archives: readonly string[] = [];
  readonly closed = new Set<string>();
  /** How far the clock is ahead of the machine's. */
  aheadMs = 0;
  readonly #rules: object[];
  readonly #running: RunningNoops[] = [];

  private constructor(prisma: PrismaClient, rules: object[]) {
    this.prisma = prisma;
    this.#rules = rules;
    this.desk = new NoopsDesk(prisma, this.clock);
    this.actuator = new MemoryActuator(this.clock);
  }

  static async open(...rules: object[]): Promise<NoopsRig> {
    return new NoopsRig(connectPrisma(await freshDatabase()), rules);
  }

  readonly clock = (): number => Date.now() + this.aheadMs;

  start(): RunningNoops {
    const { prisma, clock, actuator } = this;
    const nothing = () => Promise.reject(new Error("not in this test"));
    const running = startNoops({
      ...{ actuator, instance: "worker-1", readings: nothing, log: pino({ level: "silent" }) },
      telemetryStream: { now: async () => clock(), read: nothing },
      reports: { latest: async () => null },
      wishes: { latest: async () => this.#wishes() },
      alerts: { desk: { open: nothing }, rules: { active: nothing } },
      closed: { read: async () => [...this.closed] },
      declared: { read: async () => this.#declared() },
      releases: new ReleaseDesk(prisma, clock),
      lease: new NoopsLease(prisma, noopsLeaseMs),
      flight: new NoopsLog(prisma, clock),
      rules: new NoopsRulesDesk(prisma, clock),
      firstRules: parseNoopsRules({ format: noopsRulesFormat, version: 1, rules: this.#rules }),
      house: {
        flush: { buffer: {}, index: {} } as never,
        ...{ keys: { standing: nothing, change: nothing }, pkiFolder: null },
        releases: { shift: nothing, rollBack: nothing },
        ...{ rules: {} as never, keyRequests: { list: nothing, assertMayAsk: nothing }, clock },
        closed: { read: async () => [...this.closed], set: this.#close },
        ...{ leaseCheck, caches: { flush: nothing } },
      },
    });
    this.#running.push(running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#running.map((one) => one.stop(1_000)));
    await this.prisma.$disconnect();
  }

  readonly #close = async (archive: string, open: boolean): Promise<string[]> => {
    const before = [...this.closed];
    if (open) this.closed.delete(archive);
    else this.closed.add(archive);
    return before;
  };

  #declared() {
    const targets = this.archives.map((name) => ({ name, address: `${name}:22`, hostKeys: [] }));
    return { mode: "mirror" as const, quorum: 2, targets, by: "a test", atEpochMs: this.clock() };
  }

  #wishes(): Wishes | null {
    if (this.wish === null) return null;
    const atEpochMs = this.clock();
    const readings = {
      ...{ atEpochMs, replicas: 2, arrivalsPerSecond: 1, serviceMs: 1, queued: 0, oldestAgeMs: null },
      ...{ p99Ms: null, cpuRatio: null },
    };
    const about = { atEpochMs, readings, reactive: null, forecast: null, why: [], mayLower: true };
    return { atEpochMs, services: [{ service: "validation", wish: this.wish, ...about }] };
  }
}
