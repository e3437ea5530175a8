import type { ClusterObject } from "./resources.ts";

/**
 * How objects in a cluster say what they are. Tapline's manifests carry these labels, and so must objects that somebody
 * else writes for it: what has none is never looked at and never changed.
 */
export const labels = {
  partOf: "app.kubernetes.io/part-of",
  service: "tapline.dev/service",
  colour: "tapline.dev/colour",
} as const;

/** All that is ours. */
export const ours = `${labels.partOf}=tapline`;

/** What we write on objects that we change. */
export const annotations = {
  /** Number of the newest lease that has acted here; who has a lower one changes nothing any more. */
  fence: "tapline.dev/noops-fence",
  /** Which act wrote last: by this an act whose answer was lost knows its own work. */
  act: "tapline.dev/noops-act",
  /** Why, for whoever describes the object. */
  reason: "tapline.dev/noops-reason",
  /** Id of the release that was placed; on the Deployment and on its pods. */
  release: "tapline.dev/release",
  /** What the settings that the release replaced were before, JSON: name -> value, null = absent. */
  before: "tapline.dev/settings-before",
  restartedAt: "tapline.dev/restarted-at",
  /** KEDA's own: holds a ScaledObject's target at so many replicas. */
  pausedReplicas: "autoscaling.keda.sh/paused-replicas",
} as const;

/** In managedFields of whatever we change: `kubectl get --show-managed-fields` tells our fields by it. */
export const fieldManager = "tapline-noops";

/** Routes whose names begin so lead to one colour, whatever its share: parts of pages that it has given. */
export const ownRoutePrefix = "parts-of-";

/** The Service that leads to one colour. */
export function colourHost(service: string, colour: string): string {
  return `${service}-${colour}`;
}

/** Changes with each change of the object's spec: the API server counts them. */
export function specRevision({ metadata }: ClusterObject): string {
  return `${metadata.uid.slice(0, 8)}.${metadata.generation ?? 0}`;
}
