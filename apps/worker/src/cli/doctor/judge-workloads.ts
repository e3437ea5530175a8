import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { colourOf, serviceOf, withObjects } from "./read-objects.ts";
import { type Rollout, rolloutsOf } from "./rollouts.ts";

const statusSchema = z.looseObject({ readyReplicas: z.number().default(0) });
const specSchema = z.looseObject({
  replicas: z.number().default(1),
  template: z.looseObject({
    spec: z.looseObject({
      serviceAccountName: z.string().default("default"),
      containers: z.array(z.looseObject({ image: z.string() })),
    }),
  }),
});

/** Whether each service is there, ready, under its own account, and may not be drained away at once. */
export function judgeWorkloads(picture: ClusterPicture): readonly Finding[] {
  return withObjects("services", picture, ["deployments", "budgets"], ({ deployments, budgets }) => {
    const { rollouts, unread } = rolloutsOf("services", picture, deployments);
    if (unread.length > 0) return unread;
    return judged(
      "services",
      meshServices.flatMap((service) => {
        const ours = deployments.filter((object) => serviceOf(object) === service);
        const leading = rollouts.filter((one) => one.service === service);
        return [...faultsOf(service, ours, leading), ...budgetFaults(service, budgets)];
      }),
      `${meshServices.length} services are ready, each under its own account and with a budget of disruption`,
    );
  });
}

function faultsOf(
  service: string,
  deployments: readonly ClusterObject[],
  rollouts: readonly Rollout[],
): Finding[] {
  if (deployments.length === 0)
    return [fault("services", `${service} has no Deployment`, `apply istio/services/${service}.yaml`)];
  const read = deployments.map((object) => ({
    ...{ name: object.metadata.name, spec: specSchema.parse(object.spec) },
    ready: statusSchema.parse(object.status).readyReplicas,
  }));
  const strangers = read.filter(({ spec }) => spec.template.spec.serviceAccountName !== service);
  const isLed = (name: string): boolean => rollouts.some(({ leads }) => leads === name);
  // Of one that a Rollout leads the pods go once the Rollout's are ready.
  const short = read.filter(({ name, spec, ready }) => !isLed(name) && ready < spec.replicas);
  const nobody =
    read.every(({ ready }) => ready === 0) && rollouts.every(({ status }) => status.readyReplicas === 0);
  return [
    ...strangers.map(({ name, spec }) =>
      fault(
        "services",
        `${name} runs as ${spec.template.spec.serviceAccountName}`,
        `give it the ServiceAccount ${service}: by that others know it`,
      ),
    ),
    ...short.map(({ name, spec, ready }) =>
      fault(
        "services",
        `${name} has ${ready} of ${spec.replicas} replicas ready`,
        `kubectl describe deployment ${name}`,
      ),
    ),
    ...rollouts.flatMap(rolloutFaults),
    ...(nobody
      ? [
          fault(
            "services",
            `${service} has nobody ready in any colour`,
            `kubectl get pods -l tapline.dev/service=${service}`,
          ),
        ]
      : []),
  ];
}

function rolloutFaults({ name, spec, status }: Rollout): Finding[] {
  const next = `kubectl argo rollouts get rollout ${name}`;
  const { readyReplicas: ready, phase, message } = status;
  return [
    ...(ready < spec.replicas
      ? [fault("services", `Rollout ${name} has ${ready} of ${spec.replicas} replicas ready`, next)]
      : []),
    ...(phase === "Degraded"
      ? [fault("services", `Rollout ${name} is degraded${message === "" ? "" : `: ${message}`}`, next)]
      : []),
  ];
}

function budgetFaults(service: string, budgets: readonly ClusterObject[]): Finding[] {
  if (budgets.some((object) => serviceOf(object) === service)) return [];
  return [fault("services", `${service} has no PodDisruptionBudget`, `apply istio/services/${service}.yaml`)];
}

/** Whether all run one version, but for what a release has placed, and one that does not change under its name. */
export function judgeVersions(picture: ClusterPicture): readonly Finding[] {
  return withObjects("versions", picture, ["deployments"], ({ deployments }) => {
    const { rollouts, unread } = rolloutsOf("versions", picture, deployments);
    if (unread.length > 0) return unread;
    const isLed = ({ metadata }: ClusterObject): boolean =>
      rollouts.some(({ leads }) => leads === metadata.name);
    const running = deployments.filter((object) => colourOf(object) === "blue" || isLed(object));
    const images = running.map((object) => ({
      service: serviceOf(object),
      // What Argo is given to release stands in the template that the Rollout takes.
      released: isLed(object) || object.metadata.annotations["tapline.dev/release"] !== undefined,
      image: imageOf(object),
    }));
    const installed = new Set(images.filter(({ released }) => !released).map(({ image }) => image));
    const moving = images.filter(({ image }) => !image.includes("@sha256:") && !/:[^/]*\d/.test(image));
    return judged(
      "versions",
      [
        ...(installed.size > 1
          ? [
              fault(
                "versions",
                `the services run ${installed.size} images: ${[...installed].join(", ")}`,
                "set one image in the overlay, and apply it",
              ),
            ]
          : []),
        ...moving.map(({ service, image }) =>
          fault("versions", `${service} runs ${image}, which may become another image`, "pin it by digest"),
        ),
      ],
      `all run ${[...installed].join(", ") || "what releases have placed"}`,
    );
  });
}

function imageOf(object: ClusterObject): string {
  const { containers } = specSchema.parse(object.spec).template.spec;
  return (containers.find(({ name }) => name === serviceOf(object)) ?? containers[0])?.image ?? "no image";
}
