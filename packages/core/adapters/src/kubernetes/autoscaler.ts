import { annotations } from "./names.ts";
import { autoscalerSpec, type ClusterObject, scaledObjectSpec } from "./resources.ts";

/** Who sets a Deployment's number of replicas in our stead, within bounds that we set. */
export type Autoscaler = Readonly<{
  resource: "autoscalers" | "scaledObjects";
  object: ClusterObject;
  min: number;
  max: number;
  /** KEDA alone: the number at which it is held; null: it scales. */
  pausedAt: number | null;
}>;

/**
 * The autoscaler of a Deployment. KEDA makes itself a HorizontalPodAutoscaler for each ScaledObject and writes it anew: what has a
 * ScaledObject is bounded there.
 */
export function autoscalerOf(
  deployment: ClusterObject,
  scalers: { autoscalers: readonly ClusterObject[]; scaledObjects: readonly ClusterObject[] },
): Autoscaler | null {
  const aims = (spec: { scaleTargetRef: { kind: string; name: string } }) =>
    spec.scaleTargetRef.kind === "Deployment" && spec.scaleTargetRef.name === deployment.metadata.name;
  for (const object of scalers.scaledObjects) {
    const spec = scaledObjectSpec.parse(object.spec);
    if (!aims(spec)) continue;
    const paused = object.metadata.annotations[annotations.pausedReplicas];
    const pausedAt = paused === undefined ? null : Number(paused);
    return {
      ...{ resource: "scaledObjects", object, pausedAt },
      ...{ min: spec.minReplicaCount, max: spec.maxReplicaCount },
    };
  }
  for (const object of scalers.autoscalers) {
    const spec = autoscalerSpec.parse(object.spec);
    if (!aims(spec)) continue;
    return { resource: "autoscalers", object, min: spec.minReplicas, max: spec.maxReplicas, pausedAt: null };
  }
  return null;
}

/** The change that sets the bounds. */
export function boundsChange(resource: Autoscaler["resource"], min: number, max: number): { spec: object } {
  return resource === "autoscalers"
    ? { spec: { minReplicas: min, maxReplicas: max } }
    : { spec: { minReplicaCount: min, maxReplicaCount: max } };
}
