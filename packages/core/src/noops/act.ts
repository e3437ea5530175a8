import { z } from "zod";
import { usualHeardWithinMs } from "../transfer/index.ts";
import { type ActuatorAct, actuatorActSchema, type MeshAct } from "./actuator-act.ts";
import { shiftForm } from "./shift-form.ts";
import { serviceWordSchema, workloadText } from "./workload-name.ts";

const [secondMs, hourMs] = [1_000, 3_600_000];
/** An agent that was heard longer ago is not counted on to hold what it once told, ms. */
export const heardWithinMsSchema = z
  .int()
  .min(10 * secondMs)
  .max(hourMs)
  .default(usualHeardWithinMs);

/** Acts that the actuator does not do: what they change stands in our own stores. */
const houseActs = [
  /** Ends the life of the buffer, where agents that were heard so lately hold all of it: they send again what has no receipt. */
  z.strictObject({ kind: z.literal("flush-buffer"), heardWithinMs: heardWithinMsSchema }),
  /** Has every process read anew what it keeps in memory of what it read (`CachesDesk`). */
  z.strictObject({ kind: z.literal("flush-caches") }),
  /** Sends nothing to an archive any more, or does so again; segments wait for the archives that are left, or get their copies later. */
  z.strictObject({ kind: z.literal("target"), archive: z.string().min(1).max(63), open: z.boolean() }),
  /** A successor for the archive's key, issued from the folder of the installation's PKI. */
  z.strictObject({ kind: z.literal("rotate-key") }),
  /**
   * What comes anew for a service goes to a release of it that there is, by growing shares, each watched: the release desk begins it, and its
   * analysis turns it back. Only from rest, and never to what was turned back.
   */
  z.strictObject({ ...{ kind: z.literal("shift"), service: serviceWordSchema }, ...shiftForm }),
  /** What goes to new segments of a service goes back to the release before: the release desk does it. */
  z.strictObject({ kind: z.literal("roll-back"), service: serviceWordSchema }),
  /** A release of validation's rules in which a tracker may bring so many new taps. */
  z.strictObject({
    kind: z.literal("quota"),
    tapsPerHour: z.int().min(1).max(1_000_000),
    burst: z.int().min(1).max(1_000_000),
  }),
  /** That release of validation's rules in force again; how a quota is undone. */
  z.strictObject({ kind: z.literal("switch-rules"), release: z.int().min(1) }),
] as const;

/** One thing that NoOps does, with everything that it takes to do it. */
export const noopsActSchema = z.discriminatedUnion("kind", [...actuatorActSchema.options, ...houseActs]);

export type NoopsAct = z.infer<typeof noopsActSchema>;
export type HouseAct = Exclude<NoopsAct, ActuatorAct>;

const houseKinds: readonly string[] = houseActs.map(({ shape }) => shape.kind.value);

export function isHouseAct(act: NoopsAct): act is HouseAct {
  return houseKinds.includes(act.kind);
}

/** What the act changes, as locks, cool-downs and pages name it: `validation/blue`, or the act's own kind. */
export function subjectOf(act: NoopsAct): string {
  if ("workload" in act) return workloadText(act.workload);
  if (act.kind === "target") return `archive/${act.archive}`;
  return "service" in act ? act.service : act.kind;
}

/** In words, for people, before it is done. @param before replicas wanted so far, where that is known */
export function wordsOf(act: NoopsAct, before: number | null = null): string {
  const subject = subjectOf(act);
  switch (act.kind) {
    case "scale":
      return `scale ${subject} ${before === null ? "" : `from ${before} `}to ${replicas(act.replicas)}`;
    case "bound":
      return `let the autoscaler of ${subject} keep between ${act.min} and ${replicas(act.max)}`;
    case "restart":
      return `restart ${subject}, one replica after another`;
    case "replace":
      return `replace replica ${act.replica} of ${subject}`;
    case "place":
      return `run release ${act.release.id} as ${subject} in ${replicas(act.replicas)}`;
    case "retire":
      return `drain and end ${subject}`;
    case "share":
      return `send ${act.greenPercent} % of what comes anew for ${subject} to green`;
    case "connections":
    case "outlier-detection":
    case "retries":
      return meshWords(act);
    case "flush-buffer":
      return "flush the buffer, if agents that are there hold all of it: they send again what has no receipt";
    case "flush-caches":
      return "flush caches: every process reads registries, keys and the fleet's plan anew";
    case "target":
      return `${act.open ? "send to" : "send nothing to"} ${subject}${act.open ? " again" : ""}`;
    case "rotate-key":
      return "rotate the archive's key to a successor from the installation's PKI";
    case "shift":
      return `shift ${subject} to release ${act.release} by ${act.steps.join(", ")} %, each watched for ${seconds(act.windowMs)}`;
    case "roll-back":
      return `roll ${subject} back to the release before`;
    case "quota":
      return `let a tracker bring ${act.tapsPerHour} new taps an hour, ${act.burst} at once`;
    case "switch-rules":
      return `put release ${act.release} of validation's rules in force again`;
  }
}

const replicas = (count: number): string => `${count} replica${count === 1 ? "" : "s"}`;

/** All that it sets is said: what says the same is the same act. */
function meshWords(act: MeshAct): string {
  if (act.kind === "connections")
    return `allow ${act.maxConnections} connections of the mesh to ${act.service}`;
  if (act.kind === "retries") {
    const each = act.perTryTimeoutMs === undefined ? "" : `, ${seconds(act.perTryTimeoutMs)} each time`;
    return `let the mesh ask ${act.service} again up to ${act.attempts} times${each}, where it asks again at all`;
  }
  const { consecutiveErrors, consecutiveGatewayErrors: gateway } = act;
  const errors = `${consecutiveErrors} errors in a row${gateway === undefined ? "" : ` (${gateway} of a gateway)`}`;
  return `leave a replica of ${act.service} out of the mesh for ${seconds(act.baseEjectionMs)} after ${errors}, looked at every ${seconds(act.intervalMs)}, ${act.maxEjectionPercent} % of them at most`;
}

const seconds = (ms: number): string => `${ms / 1_000} s`;
