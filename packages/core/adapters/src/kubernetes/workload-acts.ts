import {
  type ActuatorAct,
  actRefused,
  type Workload,
  type WorkloadName,
  workloadText,
} from "@tapline/core/noops";
import { type Autoscaler, autoscalerOf, boundsChange } from "./autoscaler.ts";
import type { MarkedWrites } from "./marked-writes.ts";
import { annotations } from "./names.ts";
import { placeChange } from "./place-release.ts";
import { revisionOf, type Situation } from "./read-landscape.ts";
import { type ClusterObject, deploymentSpec } from "./resources.ts";

type Act<Kind extends ActuatorAct["kind"]> = Extract<ActuatorAct, { kind: Kind }>;
type AnnotationsChange = Record<string, string | null>;

/** What acts on a workload are done with. */
export type Hands = Readonly<{
  situation: Situation;
  /** The other colour; undefined where there is none. */
  other: Workload | undefined;
  /** Percent of what comes anew that the workload gets; null where it is not reached by connections. */
  sharePercent: number | null;
  writes: MarkedWrites;
  nowEpochMs: number;
}>;

const readyReplicas = (workload: Workload | undefined) =>
  workload?.replicas.filter(({ state }) => state === "ready").length ?? 0;

/** @throws TaplineError (`unsupported`, `refused`) */
export async function bound(hands: Hands, act: Act<"bound">): Promise<string> {
  const { autoscaler, workload } = hands.situation;
  if (autoscaler === null)
    throw actRefused("unsupported", `${workloadText(workload)} has no autoscaler that could be bounded`, {
      remedy: "scale it, or give it a HorizontalPodAutoscaler or a ScaledObject",
    });
  if (act.min > act.max) throw actRefused("refused", `the lower bound ${act.min} is above ${act.max}`);
  const object = await writeBounds(hands, autoscaler, act.min, act.max);
  return revisionAfter(hands, { autoscaler: object });
}

/** @throws TaplineError (`refused`) where the number is above the autoscaler's bound */
export async function scale(hands: Hands, act: Pick<Act<"scale">, "replicas">): Promise<string> {
  return revisionAfter(hands, await wantReplicas(hands, act.replicas, {}));
}

/** Kubernetes exchanges the pods by the Deployment's strategy: the manifests say one more, none less. */
export async function restart(hands: Hands): Promise<string> {
  const { deployment, workload } = hands.situation;
  if (deploymentSpec.parse(deployment.spec).strategy.type !== "RollingUpdate")
    throw actRefused(
      "refused",
      `${workloadText(workload)} would end all its replicas before the first new one`,
      {
        remedy: "set the Deployment's strategy to RollingUpdate with maxUnavailable 0",
      },
    );
  const stamp = { [annotations.restartedAt]: new Date(hands.nowEpochMs).toISOString() };
  const spec = { template: { metadata: { annotations: stamp } } };
  return revisionAfter(hands, { deployment: await hands.writes.write("deployments", deployment, { spec }) });
}

/** @throws TaplineError (`refused`) where another release there gets a share, or the Deployment does not allow it */
export async function place(hands: Hands, act: Act<"place">): Promise<string> {
  const { workload, deployment } = hands.situation;
  if (workload.release !== act.release.id && (hands.sharePercent ?? 0) > 0)
    throw actRefused(
      "refused",
      `${workloadText(workload)} gets ${hands.sharePercent} % and runs another release`,
      { remedy: "place it on the other colour, or take the share from this one first" },
    );
  return revisionAfter(hands, await wantReplicas(hands, act.replicas, placeChange(deployment, act.release)));
}

/** @throws TaplineError (`unknown` where nothing runs, `refused` while it gets a share or nobody else is ready) */
export async function retire(hands: Hands): Promise<string> {
  const { workload, deployment, autoscaler } = hands.situation;
  if (workload.wanted === 0 && workload.replicas.length === 0)
    throw actRefused("unknown", `nothing runs as ${workloadText(workload)}`);
  if ((hands.sharePercent ?? 0) > 0)
    throw actRefused("refused", `${workloadText(workload)} still gets ${hands.sharePercent} %`, {
      remedy: "give its share to the other colour first",
    });
  if (readyReplicas(hands.other) === 0)
    throw actRefused("refused", `no other replica of ${workload.service} is ready`, {
      remedy: "bring the other colour up first",
    });
  if (autoscaler?.resource === "scaledObjects") {
    const metadata = { annotations: { [annotations.pausedReplicas]: "0" } };
    const object = await hands.writes.write("scaledObjects", autoscaler.object, { metadata });
    return revisionAfter(hands, { autoscaler: object });
  }
  // A HorizontalPodAutoscaler lets a Deployment be that somebody has scaled to 0.
  const spec = { replicas: 0 };
  return revisionAfter(hands, { deployment: await hands.writes.write("deployments", deployment, { spec }) });
}

/** The pod to be replaced, once it is clear that somebody serves without it. @throws TaplineError (`unknown`, `refused`) */
export function podToReplace({ situation }: Hands, act: Act<"replace">): ClusterObject {
  const { workload, pods } = situation;
  const pod = pods.find(({ metadata }) => metadata.name === act.replica);
  const replica = workload.replicas.find(({ name }) => name === act.replica);
  if (pod === undefined || replica === undefined)
    throw actRefused("unknown", `${workloadText(workload)} has no replica ${act.replica}`);
  if (replica.state === "ready" && readyReplicas(workload) === 1)
    throw actRefused("refused", `${act.replica} is the last ready replica of ${workloadText(workload)}`, {
      remedy: "scale it to 2 first, or restart it: then the new one is ready before this one ends",
    });
  return pod;
}

type Written = { deployment?: ClusterObject; autoscaler?: ClusterObject };

/** Changes the Deployment, and sees to so many replicas: by the number itself, or by the autoscaler's lower bound. */
async function wantReplicas(
  hands: Hands,
  replicas: number,
  change: { metadata?: object; spec?: object },
): Promise<Written> {
  const { deployment, autoscaler, workload } = hands.situation;
  if (autoscaler === null) {
    const spec = { ...change.spec, replicas };
    return { deployment: await hands.writes.write("deployments", deployment, { ...change, spec }) };
  }
  if (replicas > autoscaler.max)
    throw actRefused("refused", `${workloadText(workload)} is bounded to ${autoscaler.max} replicas`, {
      remedy: "raise its upper bound first",
    });
  // At 0 a HorizontalPodAutoscaler does nothing: there the number is nobody's but ours.
  const asleep =
    autoscaler.resource === "autoscalers" && deploymentSpec.parse(deployment.spec).replicas === 0;
  const spec = { ...change.spec, ...(asleep ? { replicas } : {}) };
  const idle = Object.keys(spec).length === 0;
  const written = idle
    ? {}
    : { deployment: await hands.writes.write("deployments", deployment, { ...change, spec }) };
  return { ...written, autoscaler: await writeBounds(hands, autoscaler, replicas, autoscaler.max) };
}

async function writeBounds(
  hands: Hands,
  scaler: Autoscaler,
  min: number,
  max: number,
): Promise<ClusterObject> {
  const awake: AnnotationsChange = scaler.pausedAt === null ? {} : { [annotations.pausedReplicas]: null };
  const change = { ...boundsChange(scaler.resource, min, max), metadata: { annotations: awake } };
  return await hands.writes.write(scaler.resource, scaler.object, change);
}

/** Of the objects as they came back from our writes, and not of what others have made of them since. */
function revisionAfter({ situation }: Hands, written: Written): string {
  const deployment = written.deployment ?? situation.deployment;
  if (situation.autoscaler === null) return revisionOf(deployment, null);
  const { resource, object } = situation.autoscaler;
  const scalers = { autoscalers: [], scaledObjects: [], [resource]: [written.autoscaler ?? object] };
  return revisionOf(deployment, autoscalerOf(deployment, scalers));
}

/** Whoever is looked for. @throws TaplineError (`unknown`) */
export function situationOf(all: readonly Situation[], name: WorkloadName): Situation {
  const found = all.filter(
    ({ workload }) => workload.service === name.service && workload.colour === name.colour,
  );
  const [situation, second] = found;
  if (situation === undefined)
    throw actRefused("unknown", `there is no Deployment of ${workloadText(name)}`, {
      remedy: "look whether it has the labels tapline.dev/service and tapline.dev/colour",
    });
  if (second !== undefined)
    throw actRefused("refused", `several Deployments say that they are ${workloadText(name)}`, {
      remedy: "leave the labels to one of them",
    });
  return situation;
}
