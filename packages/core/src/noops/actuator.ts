import { z } from "zod";
import { colourSchema } from "../kernel/index.ts";
import type { ActuatorAct } from "./actuator-act.ts";
import { meshSchema } from "./mesh-settings.ts";
import { serviceWordSchema } from "./workload-name.ts";

/** How a replica stands. `failed`: it died, hangs or does not come up; whoever runs it tries again. */
export const replicaStates = ["starting", "ready", "draining", "failed"] as const;

export const replicaSchema = z.strictObject({
  /** Unique in its workload: a process's or a pod's name. */
  name: z.string().min(1).max(253),
  state: z.enum(replicaStates),
  /** When its present life began. */
  startedAtEpochMs: z.number(),
  /** How often it was started again unasked. */
  restarts: z.number().int().min(0),
  /** All that it serves; one process or pod may serve several services, and then stands in several workloads. */
  services: z.array(serviceWordSchema).min(1),
});
export type Replica = z.infer<typeof replicaSchema>;

export const workloadSchema = z.strictObject({
  service: serviceWordSchema,
  colour: colourSchema,
  /** Id of the release that was placed there; null: what the installation itself brings. */
  release: z.string().nullable(),
  /** Replicas that there should be. */
  wanted: z.number().int().min(0),
  /** Within which an autoscaler sets `wanted`; null where nobody but us does. */
  bounds: z.strictObject({ min: z.number().int().min(0), max: z.number().int().min(1) }).nullable(),
  replicas: z.array(replicaSchema),
  /** Changes whenever somebody changes what is wanted here, and not with what replicas do. */
  revision: z.string().min(1),
});
export type Workload = z.infer<typeof workloadSchema>;

export const shareSchema = z.strictObject({
  /** Of what comes anew, percent that go to green; the rest goes to blue. */
  greenPercent: z.number().min(0).max(100),
  /** Changes with each change of the share. */
  revision: z.string().min(1),
});

export const landscapeSchema = z.strictObject({
  atEpochMs: z.number(),
  workloads: z.array(workloadSchema),
  /** By service, of those that are reached by connections. What goes through queues is shared where it is cut. */
  shares: z.record(serviceWordSchema, shareSchema),
  /** Services of which no second release can stand beside the first, or which somebody else leads, and why: for people. */
  fixed: z.record(serviceWordSchema, z.string()).optional(),
  /** By service, how a mesh connects to it; nothing where there is no mesh. */
  mesh: meshSchema.optional(),
});
/** All that runs, at one moment. */
export type Landscape = z.infer<typeof landscapeSchema>;

/** Under what an act is done. */
export type ActTerms = Readonly<{
  /**
   * Number of the decider's lease (≥ 0): an act under a lower number than one that has acted is refused as `fenced`. null: a
   * person acts, who holds no lease; then `revision` alone guards what was seen.
   */
  fence: number | null;
  /** Of the workload, or of the share, that the actor has looked at; undefined: whatever stands there now. */
  revision?: string | undefined;
  /** For whoever reads logs and the audit log: who acts and why. */
  reason: string;
  signal?: AbortSignal | undefined;
}>;

/** Under what it is halted. */
export type HaltTerms = Pick<ActTerms, "fence" | "reason" | "signal">;

/**
 * The hands: what runs the services (the supervisor of `npm start`, a cluster) shows what runs and changes it. An act is
 * done once what is wanted is written down; replicas follow, and `look` or `watch` show how.
 *
 * Everything rejects with a TaplineError; acts that were refused say why by `refusalOf` (refusal.ts).
 */
export interface Actuator {
  look(signal?: AbortSignal): Promise<Landscape>;
  /**
   * Tells of the landscape at once and after each change (several that meet may be told as one), until the function
   * that it returns is called. Where the other side is away it says so once by `onTrouble`, tries again by itself, and
   * goes on with a fresh landscape.
   */
  watch(onChange: (landscape: Landscape) => void, onTrouble: (error: unknown) => void): () => void;
  /** @returns the revision after the act, of the workload or of the share */
  act(act: ActuatorAct, terms: ActTerms): Promise<{ readonly revision: string }>;
  /**
   * Breaks off, between two replicas, the restarts and replacements that were taken and are not through: what is new by then
   * stays, and so does what is not; the next restart takes all anew. What is wanted otherwise goes on. Refused as `unsupported`
   * where the platform rolls by itself.
   */
  halt(terms: HaltTerms): Promise<void>;
}
