import { colourSchema, sha256Hex } from "@tapline/core/kernel";
import type { Landscape, Workload, WorkloadName } from "@tapline/core/noops";
import { serviceWordSchema } from "@tapline/core/noops";
import { type Autoscaler, autoscalerOf } from "./autoscaler.ts";
import { greenPercentOf } from "./mesh.ts";
import { readMeshState, withRetries } from "./mesh-settings.ts";
import { annotations, labels, specRevision } from "./names.ts";
import { isOver, readReplica } from "./read-replica.ts";
import { type ClusterObject, deploymentSpec, scalerTarget } from "./resources.ts";

/** What is looked at. */
export const shownResources = [
  "deployments",
  "pods",
  "autoscalers",
  "scaledObjects",
  "virtualServices",
  "destinationRules",
] as const;
export type Shown = Readonly<Record<(typeof shownResources)[number], readonly ClusterObject[]>>;

/** A workload with the objects that it was read from. */
export type Situation = Readonly<{
  workload: Workload;
  deployment: ClusterObject;
  autoscaler: Autoscaler | null;
  pods: readonly ClusterObject[];
}>;

/** All workloads: each Deployment of ours that names a service and a colour. */
export function readSituations(shown: Shown, nowEpochMs: number): Situation[] {
  return shown.deployments.flatMap((deployment) => {
    const name = workloadNameOf(deployment);
    return name === null ? [] : [readSituation(name, deployment, shown, nowEpochMs)];
  });
}

export function readLandscape(shown: Shown, nowEpochMs: number): Landscape {
  const shares = shown.virtualServices.flatMap((object) => {
    const service = serviceOf(object);
    const greenPercent = service === null ? null : greenPercentOf(service, object);
    return service === null || greenPercent === null
      ? []
      : [[service, { greenPercent, revision: specRevision(object) }] as const];
  });
  const workloads = readSituations(shown, nowEpochMs).map(({ workload }) => workload);
  const fixed = ledByOthers(shown, workloads);
  return {
    ...{ atEpochMs: nowEpochMs, workloads, shares: Object.fromEntries(shares) },
    ...(Object.keys(fixed).length === 0 ? {} : { fixed }),
    ...meshOf(shown),
  };
}

/** How each service is connected to; nothing where no object says it. */
function meshOf({ destinationRules, virtualServices }: Shown): Pick<Landscape, "mesh"> {
  const named = [...destinationRules, ...virtualServices].flatMap((object) => serviceOf(object) ?? []);
  const mesh = [...new Set(named)].map((service) => {
    const of = (objects: readonly ClusterObject[]) => objects.filter((one) => serviceOf(one) === service);
    return [service, readMeshState(of(destinationRules), withRetries(of(virtualServices)))] as const;
  });
  return mesh.length === 0 ? {} : { mesh: Object.fromEntries(mesh) };
}

/**
 * Services of which somebody else moves the routes, and why that is thought: a Rollout of Argo's is scaled in the place of a Deployment, or
 * there are routes to two colours, and no Deployment that has one (`istio/rollout` takes it off).
 */
export function ledByOthers(shown: Shown, workloads: readonly Workload[]): Record<string, string> {
  const routed = shown.virtualServices.flatMap((object) => {
    const service = serviceOf(object);
    return service !== null && greenPercentOf(service, object) !== null ? [service] : [];
  });
  const uncoloured = routed
    .filter((routedTo) => !workloads.some(({ service }) => service === routedTo))
    .map((service) => [
      service,
      `no Deployment of ${service} has a colour, so somebody else leads its releases, as Argo Rollouts does`,
    ]);
  const rollouts = [...shown.scaledObjects, ...shown.autoscalers].flatMap((object) => {
    const { kind, name } = scalerTarget.parse(object.spec).scaleTargetRef;
    const service = serviceOf(object);
    return kind === "Rollout" && service !== null
      ? [[service, `Argo Rollouts leads its releases, by the Rollout ${name}`]]
      : [];
  });
  return Object.fromEntries([...uncoloured, ...rollouts]);
}

/** The service that an object is for; null where it names none. */
export function serviceOf(object: ClusterObject): string | null {
  return serviceWordSchema.safeParse(object.metadata.labels[labels.service]).data ?? null;
}

function workloadNameOf(object: ClusterObject): WorkloadName | null {
  const service = serviceOf(object);
  const colour = colourSchema.safeParse(object.metadata.labels[labels.colour]).data;
  return service === null || colour === undefined ? null : { service, colour };
}

function readSituation(
  name: WorkloadName,
  deployment: ClusterObject,
  shown: Shown,
  nowEpochMs: number,
): Situation {
  const spec = deploymentSpec.parse(deployment.spec);
  const autoscaler = autoscalerOf(deployment, shown);
  const pods = shown.pods.filter((pod) => {
    const of = workloadNameOf(pod);
    return of?.service === name.service && of.colour === name.colour && !isOver(pod);
  });
  const deadlineMs = spec.progressDeadlineSeconds * 1_000;
  const workload: Workload = {
    ...name,
    release: deployment.metadata.annotations[annotations.release] ?? null,
    wanted: autoscaler?.pausedAt ?? spec.replicas,
    bounds: autoscaler === null ? null : { min: autoscaler.min, max: autoscaler.max },
    replicas: pods.map((pod) => readReplica(pod, name.service, deadlineMs, nowEpochMs)),
    revision: revisionOf(deployment, autoscaler),
  };
  return { workload, deployment, autoscaler, pods };
}

/**
 * Where we set the number, the count of changes. An autoscaler's steps are no news to whoever bounds it: then, what is wanted beside
 * the number, and the bounds.
 */
export function revisionOf(deployment: ClusterObject, autoscaler: Autoscaler | null): string {
  if (autoscaler === null) return specRevision(deployment);
  const { replicas: _, ...rest } = deployment.spec;
  const { min, max, pausedAt } = autoscaler;
  const digest = sha256Hex(Buffer.from(JSON.stringify(rest))).slice(0, 12);
  return `${deployment.metadata.uid.slice(0, 8)}.${digest}.${min}-${max}${pausedAt === null ? "" : `.${pausedAt}`}`;
}
