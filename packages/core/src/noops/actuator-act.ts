import { z } from "zod";
import { type MeshActKind, type MeshSetting, meshForms, meshSettings } from "./mesh-settings.ts";
import { serviceWordSchema, workloadNameSchema } from "./workload-name.ts";

/** More replicas of one service than anybody runs: a number beyond it is a mistake. */
export const mostReplicas = 500;
const replicas = z.number().int().min(1).max(mostReplicas);
const setting = z.string().regex(/^[A-Z][A-Z0-9_]{0,79}$/, "must be a setting's name");

export const releaseSpecSchema = z.strictObject({
  /** The release's identity. */
  id: z.string().min(1).max(200),
  /** Which program: an image's tag in a cluster; on one machine the project's own version or a folder below `releases`. */
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/, "must be a version, without slashes"),
  /** Settings that differ from the installation's; no secrets. */
  config: z.record(setting, z.string().max(4_096)),
});
/** What is needed to run one release of a service. */
export type ReleaseSpec = Readonly<z.infer<typeof releaseSpecSchema>>;

export const actuatorActSchema = z.discriminatedUnion("kind", [
  /**
   * So many replicas; where an autoscaler sets the number, so many at least: its lower bound. Also brings back what the installation
   * brings, where that was retired.
   */
  z.strictObject({ kind: z.literal("scale"), workload: workloadNameSchema, replicas }),
  /** Within which an autoscaler may scale; `unsupported` where there is none. */
  z.strictObject({ kind: z.literal("bound"), workload: workloadNameSchema, min: replicas, max: replicas }),
  /** All replicas anew, one after another, the next only once the new one is ready. */
  z.strictObject({ kind: z.literal("restart"), workload: workloadNameSchema }),
  /** One replica anew: one that is ready is drained, one that is not is ended at once. */
  z.strictObject({ kind: z.literal("replace"), workload: workloadNameSchema, replica: z.string().min(1) }),
  /** Runs a release there. Nothing is sent to it by that. `refused` where another release there gets a share. */
  z.strictObject({
    ...{ kind: z.literal("place"), workload: workloadNameSchema },
    ...{ release: releaseSpecSchema, replicas },
  }),
  /** Drains and ends a workload. `refused` while it gets a share, or while the other colour has no ready replica. */
  z.strictObject({ kind: z.literal("retire"), workload: workloadNameSchema }),
  /** Where what comes anew goes. `refused` where the colour that gets some has no ready replica. */
  z.strictObject({
    ...{ kind: z.literal("share"), service: serviceWordSchema },
    greenPercent: z.number().int().min(0).max(100),
  }),
  /** How many connections each proxy of a mesh may have to a service; `unsupported` where there is no mesh. */
  z.strictObject({
    ...{ kind: z.literal("connections"), service: serviceWordSchema },
    ...meshForms.connections,
  }),
  /** When a mesh leaves failing replicas of a service out, and for how long; `unsupported` where there is no mesh. */
  z.strictObject({
    ...{ kind: z.literal("outlier-detection"), service: serviceWordSchema },
    ...meshForms["outlier-detection"],
  }),
  /**
   * How often a mesh asks a service again, on the routes alone that their manifests have asked again: what may be asked twice is
   * theirs to say. `unsupported` where there is no such route.
   */
  z.strictObject({ ...{ kind: z.literal("retries"), service: serviceWordSchema }, ...meshForms.retries }),
]);
/** One change of what runs. */
export type ActuatorAct = z.infer<typeof actuatorActSchema>;

export type MeshAct = Extract<ActuatorAct, { kind: MeshActKind }>;

export function isMeshAct(act: { readonly kind: string }): act is MeshAct {
  return act.kind in meshSettings;
}

/** What the act sets, of all that its kind may. */
export function settingsOf(act: MeshAct): MeshSetting[] {
  return meshSettings[act.kind].filter((name) => name in act);
}
