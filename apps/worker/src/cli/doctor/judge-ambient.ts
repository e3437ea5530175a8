import { meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterObject, ClusterPicture } from "../../wire/commands/cluster.ts";
import { count } from "../count.ts";
import { type Finding, fault, judged, unknown } from "./finding.ts";
import { isOutdated, meshPods, planeMinor } from "./mesh-version.ts";
import { isReady, serviceOf, withObjects } from "./read-objects.ts";

const check = "ambient";
const placeSchema = z.looseObject({ nodeName: z.string().default("") });
const nodeOf = (pod: ClusterObject): string => placeSchema.parse(pod.spec).nodeName;

/** Istio's own sign that a pod's traffic is led through its node's ztunnel. What a namespace asks for is not yet so of its pods. */
export const isAmbient = ({ metadata }: ClusterObject): boolean =>
  metadata.annotations["ambient.istio.io/redirection"] === "enabled";

const isOfService = (pod: ClusterObject): boolean => meshServices.some((one) => one === serviceOf(pod));

/** Whether all of a service is in ambient mode; of one without a pod, as a Job that is done, whether all services are: doors never are. */
export function ambientServices(picture: ClusterPicture): (service: string) => boolean {
  const { pods } = picture.objects;
  const seen = pods.is === "known" ? pods.value : [];
  return (service) => {
    const own = seen.filter((pod) => serviceOf(pod) === service);
    const asked = own.length === 0 ? seen.filter(isOfService) : own;
    return asked.length > 0 && asked.every(isAmbient);
  };
}

/** Where pods are in ambient mode: whether a ztunnel is there for each; and what cannot be said of them. */
export function judgeAmbient(picture: ClusterPicture): readonly Finding[] {
  return withObjects(check, picture, ["pods", "controlPlane"], ({ pods, controlPlane }) => {
    const ambient = pods.filter((pod) => serviceOf(pod) !== "" && isAmbient(pod));
    if (ambient.length === 0) return [];
    const services = new Set(ambient.map(serviceOf));
    return [
      ...tunnelFindings(ambient, controlPlane),
      unknown(
        check,
        `of ${count(services.size, "service")} it is not judged who holds methods and paths, routes, circuit breakers and hosts outwards: ztunnel does not, a waypoint may`,
        "istioctl waypoint list, istioctl ztunnel-config workloads",
      ),
    ];
  });
}

function tunnelFindings(
  ambient: readonly ClusterObject[],
  controlPlane: readonly ClusterObject[],
): Finding[] {
  const tunnels = meshPods(controlPlane, "ztunnel");
  const plane = planeMinor(controlPlane);
  if (tunnels.length === 0 || plane === null)
    return [
      unknown(
        check,
        `no ${plane === null ? "istiod" : "ztunnel"} was seen`,
        "say where the mesh is: --mesh-namespace",
      ),
    ];
  const served = new Set(tunnels.filter(({ pod }) => isReady(pod)).map(({ pod }) => nodeOf(pod)));
  return judged(
    check,
    [
      ...ambient
        .filter((pod) => !served.has(nodeOf(pod)))
        .map((pod) =>
          fault(
            check,
            `${pod.metadata.name} is on ${nodeOf(pod) || "no node"}, where no ztunnel is ready`,
            "kubectl get pods -l app=ztunnel -o wide, in the mesh's namespace",
          ),
        ),
      ...tunnels
        .filter(({ version }) => isOutdated(version, plane))
        .map(({ pod, version }) =>
          fault(
            check,
            `${pod.metadata.name} is a ztunnel of ${version}, the control plane is 1.${plane}`,
            "update it",
          ),
        ),
    ],
    `${count(ambient.length, "pod")}, each with a ztunnel on its node; the control plane is 1.${plane}`,
  );
}
