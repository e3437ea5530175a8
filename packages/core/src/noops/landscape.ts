import type { Landscape, Replica, Workload } from "./actuator.ts";
import type { WorkloadName } from "./workload-name.ts";
import { workloadText } from "./workload-name.ts";

/** Looks at what runs, as rules and guards do. */

/** The workload that serves what comes anew; null where none does, or two releases share it. */
export function servingWorkload({ workloads, shares }: Landscape, service: string): Workload | null {
  const there = workloads.filter((one) => one.service === service && one.wanted > 0);
  const greenPercent = shares[service]?.greenPercent;
  if (greenPercent === undefined) return there.length === 1 ? (there[0] ?? null) : null;
  if (greenPercent > 0 && greenPercent < 100) return null;
  const colour = greenPercent === 100 ? "green" : "blue";
  return there.find((one) => one.colour === colour) ?? null;
}

/** What somebody set, which an act changes: where an autoscaler sets the number, its lower bound. */
export const setReplicas = ({ wanted, bounds }: Workload): number => bounds?.min ?? wanted;

export function workloadOf({ workloads }: Landscape, name: WorkloadName): Workload | null {
  return workloads.find(({ service, colour }) => service === name.service && colour === name.colour) ?? null;
}

export type PlacedReplica = {
  readonly workload: Workload;
  readonly replica: Replica;
  readonly target: string;
};

/** Every replica once, though it serves several services, in the order of workloads. */
export function replicasOf({ workloads }: Landscape): PlacedReplica[] {
  const seen = new Set<string>();
  return workloads.flatMap((workload) =>
    workload.replicas.flatMap((replica) => {
      const process = `${workload.colour}/${replica.name}`;
      if (seen.has(process)) return [];
      seen.add(process);
      return [{ workload, replica, target: `${workloadText(workload)}/${replica.name}` }];
    }),
  );
}

/** Of a service in one colour, those that serve now. @param without the name of one that does not count */
export function readyOf(
  { workloads }: Landscape,
  { service, colour }: WorkloadName,
  without: string | null = null,
): number {
  const there = workloads.filter((one) => one.service === service && one.colour === colour);
  const replicas = there.flatMap((one) => one.replicas);
  return replicas.filter(({ name, state }) => state === "ready" && name !== without).length;
}
