import {
  type Actuator,
  type ActuatorAct,
  type Landscape,
  type RefusalKind,
  type Replica,
  refusalOf,
  type Workload,
  type WorkloadName,
} from "@tapline/core/noops";
import { expect } from "vitest";

/** Something that runs services, with one replica of `service` and no share to green, and a way to see its replicas die. */
export interface ActuatorUnderTest {
  readonly actuator: Actuator;
  /** A worker's service that has one colour, blue, and one ready replica. */
  readonly service: string;
  /** A service whose share can be set; blue has a ready replica. */
  readonly shared: string;
  /** A version that can be placed. */
  readonly version: string;
  /** Ends a replica of `service` from behind, as a fault does. */
  kill(replica: string): Promise<void>;
  close(): Promise<void>;
}

/** How long what was asked for may take to come about, ms. */
export const withinMs = 150_000;

/** An actuator, asked as tests ask it. */
export class ActuatorProbe {
  readonly side: ActuatorUnderTest;
  readonly blue: WorkloadName;
  readonly green: WorkloadName;

  constructor(side: ActuatorUnderTest) {
    this.side = side;
    this.blue = { service: side.service, colour: "blue" };
    this.green = { service: side.service, colour: "green" };
  }

  act(asked: ActuatorAct, { revision, fence = 10 }: { revision?: string; fence?: number | null } = {}) {
    return this.side.actuator.act(asked, { fence, revision, reason: "the contract" });
  }

  /** Why an act is not done; null where it is. */
  refusal(...asked: Parameters<ActuatorProbe["act"]>): Promise<RefusalKind | null> {
    return this.act(...asked).then(() => null, refusalOf);
  }

  async look(of: WorkloadName): Promise<Workload> {
    return find(await this.side.actuator.look(), of);
  }

  async until(of: WorkloadName, holds: (workload: Workload) => boolean): Promise<Workload> {
    let seen = await this.look(of);
    const look = async () => {
      seen = await this.look(of);
      return holds(seen);
    };
    await expect.poll(look, { timeout: withinMs, interval: 100 }).toBe(true);
    return seen;
  }

  /** So many replicas, and all of them ready. */
  async scaled(of: WorkloadName, replicas: number): Promise<Workload> {
    await this.act({ kind: "scale", workload: of, replicas });
    return await this.until(of, settled(replicas));
  }

  /** Follows a workload; calling the result ends that and tells the fewest ready replicas that were seen. */
  leastReady(of: WorkloadName): () => number {
    let least = Number.POSITIVE_INFINITY;
    const off = this.side.actuator.watch(
      (landscape) => {
        least = Math.min(least, find(landscape, of).replicas.filter(isReady).length);
      },
      () => undefined,
    );
    return () => {
      off();
      return least;
    };
  }
}

export const isReady = ({ state }: Replica): boolean => state === "ready";

/** A replica's present life, by name. */
export const life = (replica: Replica | undefined): string => `${replica?.name} ${replica?.startedAtEpochMs}`;

export const settled =
  (replicas: number) =>
  (workload: Workload): boolean =>
    workload.wanted === replicas && workload.replicas.length === replicas && workload.replicas.every(isReady);

export function find(landscape: Landscape, name: WorkloadName): Workload {
  const found = landscape.workloads.find(
    ({ service, colour }) => service === name.service && colour === name.colour,
  );
  return found ?? { ...name, release: null, wanted: 0, bounds: null, replicas: [], revision: "none" };
}
