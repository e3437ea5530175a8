import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, unknown } from "./finding.ts";
import { colourOf, isReady, serviceOf, understood } from "./read-objects.ts";

/** As `istio/rollout` makes them: of a Deployment's template, between two Services. */
const rolloutSpec = z.looseObject({
  replicas: z.number().default(1),
  workloadRef: z.looseObject({ kind: z.literal("Deployment"), name: z.string() }),
  strategy: z.looseObject({
    canary: z.looseObject({ stableService: z.string(), canaryService: z.string() }),
  }),
});
const rolloutStatus = z.looseObject({
  readyReplicas: z.number().default(0),
  phase: z.string().default(""),
  message: z.string().default(""),
  stableRS: z.string().default(""),
  currentPodHash: z.string().default(""),
});

/** One of Argo's, which runs the pods of the Deployment that it leads; that one rests at 0. */
export type Rollout = Readonly<{
  name: string;
  service: string;
  leads: string;
  spec: z.infer<typeof rolloutSpec>;
  status: z.infer<typeof rolloutStatus>;
}>;

/**
 * Who leads Deployments of ours in the place of their own controller.
 * @returns `unread` says what is not understood, and where none was seen though Deployments are such as `istio/rollout` leaves
 */
export function rolloutsOf(
  check: string,
  picture: ClusterPicture,
  deployments: readonly ClusterObject[],
): { readonly rollouts: readonly Rollout[]; readonly unread: readonly Finding[] } {
  const read = picture.objects.rollouts;
  if (read.is === "unknown") return { rollouts: [], unread: notSeen(check, read.why, deployments) };
  const { unread } = understood(check, read.value, rolloutSpec);
  if (unread.length > 0) return { rollouts: [], unread };
  const rollouts = read.value.map((object): Rollout => {
    const spec = rolloutSpec.parse(object.spec);
    const { name } = object.metadata;
    const status = rolloutStatus.parse(object.status);
    return { name, service: serviceOf(object), leads: spec.workloadRef.name, spec, status };
  });
  return { rollouts, unread };
}

function notSeen(check: string, why: string, deployments: readonly ClusterObject[]): Finding[] {
  const led = deployments
    .filter((object) => meshServices.some((service) => service === serviceOf(object)))
    .filter((object) => colourOf(object) === "")
    .map(({ metadata }) => metadata.name);
  if (led.length === 0) return [];
  return [
    unknown(
      check,
      `Rollouts that may lead ${led.join(", ")} were not seen: ${why}`,
      "use a kubeconfig that may list them",
    ),
  ];
}

/** Argo marks each pod with the release that it is of, and lets each Service choose by that. */
const releaseLabel = "rollouts-pod-template-hash";

/** How many pods are ready behind each of the two Services between which a Rollout moves its callers. */
export function readyBehind(
  { service, spec, status }: Rollout,
  pods: readonly ClusterObject[],
): readonly (readonly [service: string, ready: number])[] {
  const { stableService, canaryService } = spec.strategy.canary;
  const readyOf = (release: string) =>
    pods.filter(
      (pod) => serviceOf(pod) === service && pod.metadata.labels[releaseLabel] === release && isReady(pod),
    ).length;
  return [
    [stableService, readyOf(status.stableRS)],
    [canaryService, readyOf(status.currentPodHash)],
  ];
}
