import { type Random, seededRandom } from "../../kernel/index.ts";
import { shareThatWaitsLonger } from "../staffing.ts";
import { gauss, type LoadTrace } from "./trace.ts";

/** A service as the simulation has it. */
export type SimulatedService = {
  readonly service: string;
  /** Taps of the trace in a unit of its work. */
  readonly tapsPerUnit: number;
  readonly serviceMs: number;
  readonly serversPerReplica: number;
  readonly objectiveMs: number;
  readonly objectiveShare: number;
  /** From the wish for a replica until it serves. */
  readonly readyAfterMs: number;
  /** One that goes takes nothing new, and is gone after so long. */
  readonly drainMs: number;
  readonly min: number;
  readonly max: number;
};

/** What a scaler can see. */
export type Seen = {
  readonly atMs: number;
  /** Mean since it last decided. */
  readonly arrivalsPerSecond: number;
  readonly queued: number;
  readonly oldestAgeMs: number;
  /** Busy share of the servers that serve, mean since it last decided, 0-1. */
  readonly utilization: number;
  readonly ready: number;
  readonly starting: number;
};

export type Scaler = {
  readonly name: string;
  readonly everyMs: number;
  /** How many replicas there are to be, those that start included. */
  readonly decide: (seen: Seen) => number;
  /** Is told the arrivals of each tick, once it has decided. */
  readonly onTick?: (atMs: number, perSecond: number) => void;
};

/** One minute of a simulation. */
export type SimulatedMinute = {
  readonly arrivalsPerSecond: number;
  readonly replicas: number;
  readonly isViolated: boolean;
};

export type Simulated = {
  readonly scaler: string;
  /** Minutes in which more than the share that the objective allows was not done within it. */
  readonly violationMinutes: number;
  readonly replicaHours: number;
  /** Changes of the wanted number. */
  readonly acts: number;
  /** Changes of direction within a quarter of an hour. */
  readonly reversals: number;
  readonly minutes: readonly SimulatedMinute[];
};

const tickMs = 5_000;
const [minuteMs, hourMs] = [60_000, 3_600_000];
const reversalWithinMs = 15 * minuteMs;

/**
 * Runs a trace through a service under a scaler. The backlog is a fluid: what comes beyond what the ready replicas can do waits. Within
 * a tick units wait as in an M/M/c queue, on top of the backlog. Arrivals scatter around the trace as a Poisson process does, by
 * `seed` alone, so that all scalers meet the same ones.
 */
export function simulate(
  service: SimulatedService,
  trace: LoadTrace,
  scaler: Scaler,
  { seed }: { readonly seed: number },
): Simulated {
  const run = new Run(service, scaler);
  const random = seededRandom(seed);
  const endMs = trace.perSecond.length * trace.stepMs;
  for (let atMs = 0; atMs < endMs; atMs += tickMs) {
    const rate = (trace.perSecond[Math.floor(atMs / trace.stepMs)] ?? 0) / service.tapsPerUnit;
    const units = poisson(random, (rate * tickMs) / 1_000);
    run.tick(atMs, units);
    scaler.onTick?.(atMs, (units * 1_000) / tickMs);
  }
  return run.result();
}

class Run {
  readonly #service: SimulatedService;
  readonly #scaler: Scaler;
  #ready: number;
  /** When those that start are ready, and when those that drain are gone. */
  #starting: number[] = [];
  #draining: number[] = [];
  #queued = 0;
  #replicaMs = 0;
  #acts = 0;
  #reversals = 0;
  #last: { readonly atMs: number; readonly isUp: boolean } | null = null;
  #sinceDecided = { units: 0, busy: 0, ticks: 0 };
  #minute = { units: 0, late: 0, arrived: 0, replicas: 0 };
  readonly #minutes: SimulatedMinute[] = [];

  constructor(service: SimulatedService, scaler: Scaler) {
    this.#service = service;
    this.#scaler = scaler;
    this.#ready = service.min;
  }

  tick(atMs: number, units: number): void {
    if (atMs > 0 && atMs % minuteMs === 0) this.#closeMinute();
    this.#settle(atMs);
    if (atMs > 0 && atMs % this.#scaler.everyMs === 0) this.#decide(atMs);
    this.#serve(units);
  }

  result(): Simulated {
    this.#closeMinute();
    return {
      scaler: this.#scaler.name,
      violationMinutes: this.#minutes.filter(({ isViolated }) => isViolated).length,
      replicaHours: this.#replicaMs / hourMs,
      ...{ acts: this.#acts, reversals: this.#reversals, minutes: this.#minutes },
    };
  }

  #settle(atMs: number): void {
    this.#ready += this.#starting.filter((readyMs) => readyMs <= atMs).length;
    this.#starting = this.#starting.filter((readyMs) => readyMs > atMs);
    this.#draining = this.#draining.filter((goneMs) => goneMs > atMs);
  }

  #decide(atMs: number): void {
    const { min, max, readyAfterMs, drainMs } = this.#service;
    const { units, busy, ticks } = this.#sinceDecided;
    this.#sinceDecided = { units: 0, busy: 0, ticks: 0 };
    const present = this.#ready + this.#starting.length;
    const asked = this.#scaler.decide({
      ...{ atMs, queued: this.#queued, ready: this.#ready, starting: this.#starting.length },
      arrivalsPerSecond: (units * 1_000) / Math.max(1, ticks * tickMs),
      oldestAgeMs: this.#waitMs(),
      utilization: busy / Math.max(1, ticks),
    });
    const wanted = Math.min(max, Math.max(min, asked));
    if (wanted === present) return;
    this.#note(atMs, wanted > present);
    for (let more = present; more < wanted; more++) this.#starting.push(atMs + readyAfterMs);
    for (let fewer = present; fewer > wanted; fewer--) {
      // Who does not serve yet goes first.
      if (this.#starting.pop() !== undefined) continue;
      this.#ready--;
      this.#draining.push(atMs + drainMs);
    }
  }

  #note(atMs: number, isUp: boolean): void {
    this.#acts++;
    const { atMs: lastMs, isUp: wasUp } = this.#last ?? { atMs: atMs, isUp };
    if (wasUp !== isUp && atMs - lastMs <= reversalWithinMs) this.#reversals++;
    this.#last = { atMs, isUp };
  }

  #serve(units: number): void {
    const { serviceMs, objectiveMs, serversPerReplica } = this.#service;
    const servers = this.#ready * serversPerReplica;
    const capacity = (servers * tickMs) / serviceMs;
    const backlogMs = this.#waitMs();
    const done = Math.min(capacity, this.#queued + units);
    this.#queued += units - done;
    const allowedMs = objectiveMs - serviceMs - (backlogMs + this.#waitMs()) / 2;
    const erlangs = (units * serviceMs) / tickMs;
    const late =
      allowedMs <= 0
        ? 1
        : erlangs >= servers
          ? lateAsBacklogGrows(backlogMs, this.#waitMs(), objectiveMs - serviceMs)
          : shareThatWaitsLonger({ erlangs, serviceMs }, servers, allowedMs);
    const replicas = this.#ready + this.#starting.length + this.#draining.length;
    this.#replicaMs += replicas * tickMs;
    this.#sinceDecided.units += units;
    this.#sinceDecided.busy += capacity === 0 ? 1 : done / capacity;
    this.#sinceDecided.ticks++;
    this.#minute.units += units;
    this.#minute.late += late * units;
    this.#minute.arrived += tickMs;
    this.#minute.replicas += replicas * tickMs;
  }

  /** How long who comes last waits for those before it. */
  #waitMs(): number {
    const { serviceMs, serversPerReplica } = this.#service;
    return this.#queued === 0 ? 0 : (this.#queued * serviceMs) / Math.max(1, this.#ready * serversPerReplica);
  }

  #closeMinute(): void {
    const { units, late, arrived, replicas } = this.#minute;
    this.#minute = { units: 0, late: 0, arrived: 0, replicas: 0 };
    if (arrived === 0) return;
    this.#minutes.push({
      arrivalsPerSecond: (units * 1_000) / arrived,
      replicas: replicas / arrived,
      isViolated: units > 0 && late / units > 1 - this.#service.objectiveShare,
    });
  }
}

/** The share of a tick's units that wait for longer than allowed while the backlog grows from one wait to another. */
function lateAsBacklogGrows(fromMs: number, toMs: number, allowedMs: number): number {
  if (toMs <= fromMs) return fromMs > allowedMs ? 1 : 0;
  return Math.min(1, Math.max(0, (toMs - allowedMs) / (toMs - fromMs)));
}

/** How many come where `mean` do: by the sum of waits where they are few (Knuth), else by the normal distribution. */
function poisson(random: Random, mean: number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gauss(random)));
  const limit = Math.exp(-mean);
  let [count, product] = [-1, 1];
  do {
    count++;
    product *= random();
  } while (product > limit);
  return count;
}
