import { colourSchema } from "@tapline/core/kernel";
import { releaseSpecSchema, serviceWordSchema, type WorkloadName } from "@tapline/core/noops";
import { z } from "zod";
import { servicesByConnection, workerServices } from "./bases.ts";

const count = z.number().int().min(0);

const wantedWorkloadSchema = z.strictObject({
  service: serviceWordSchema,
  colour: colourSchema,
  /** null: the installation's own program and settings. */
  release: releaseSpecSchema.nullable(),
  replicas: z.number().int().min(1),
  /** Rises when all replicas are to be new ones. */
  life: count,
  /** Number of the newest change. */
  revision: count,
});
export type WantedWorkload = Readonly<z.infer<typeof wantedWorkloadSchema>> &
  Readonly<{
    /** Its first replica, too, is a process of its own, not a part of the shared one: until the release that it came back from is gone. Not kept: a start needs no such haste. */
    isApart?: true;
  }>;

/** What was asked of the supervisor and holds until somebody asks for something else, also from start to start. */
export const wantedSchema = z.strictObject({
  /** The highest number of a lease under which anybody has acted. */
  fence: count,
  /** Changes up to now. */
  changes: count,
  workloads: z.array(wantedWorkloadSchema).readonly(),
  shares: z.record(
    serviceWordSchema,
    z.strictObject({ greenPercent: z.number().int().min(0).max(100), revision: count }),
  ),
});
export type Wanted = Readonly<
  Omit<z.infer<typeof wantedSchema>, "workloads"> & { workloads: readonly WantedWorkload[] }
>;

/** The installation's own is blue; releases are what is not, until another one takes their place there. */
export const ownColour = "blue";

/** One of each service, of the installation's own. */
export const wantedAtFirst: Wanted = {
  fence: 0,
  changes: 0,
  workloads: workerServices.map((service) => ({
    ...{ service, colour: ownColour, release: null },
    ...{ replicas: 1, life: 0, revision: 0 },
  })),
  shares: Object.fromEntries(
    servicesByConnection.map((service) => [service, { greenPercent: 0, revision: 0 }]),
  ),
};

/** Adds services that were not there when the state was written: a newer program has more of them. */
export function withNewServices(wanted: Wanted): Wanted {
  const known = new Set(wanted.workloads.map(({ service }) => service));
  const added = wantedAtFirst.workloads.filter(({ service }) => !known.has(service));
  const workloads = wanted.workloads.filter(({ service }) => workerServices.includes(service));
  return {
    ...wanted,
    workloads: [...workloads, ...added],
    shares: { ...wantedAtFirst.shares, ...wanted.shares },
  };
}

export function findWanted(wanted: Wanted, name: WorkloadName): WantedWorkload | undefined {
  return wanted.workloads.find(({ service, colour }) => service === name.service && colour === name.colour);
}

/** Percent of what comes anew that a workload gets by its service's share; null where no share is kept here. */
export function shareOf({ shares }: Wanted, { service, colour }: WorkloadName): number | null {
  const share = shares[service];
  if (share === undefined) return null;
  return colour === "green" ? share.greenPercent : 100 - share.greenPercent;
}
