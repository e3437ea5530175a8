import { z } from "zod";
import type { ClusterObject } from "../../wire/commands/cluster.ts";

const podSchema = z.looseObject({
  containers: z.array(z.looseObject({ name: z.string(), image: z.string().default("") })),
  initContainers: z.array(z.looseObject({ name: z.string(), image: z.string().default("") })).default([]),
});
const proxyName = "istio-proxy";

/** By the tag of its image; null where the pod has no proxy beside it. */
export function proxyVersion(pod: ClusterObject): string | null {
  const { containers, initContainers } = podSchema.parse(pod.spec);
  const proxy = [...containers, ...initContainers].find(({ name }) => name === proxyName);
  return proxy === undefined ? null : tagOf(proxy.image);
}

/** Of a pod of the mesh's own, which has one container. */
const ownVersion = (pod: ClusterObject): string =>
  tagOf(podSchema.parse(pod.spec).containers[0]?.image ?? "");
const tagOf = (image: string): string => image.split("@", 1)[0]?.split(":").at(-1) ?? "";

/** The 29 of 1.29.1; null where it is not said. */
export function minorOf(version: string | null): number | null {
  const minor = /^1\.(\d+)/.exec(version ?? "")?.[1];
  return minor === undefined ? null : Number(minor);
}

/** Those of the mesh's own pods that are of one program, and their versions. */
export const meshPods = (
  controlPlane: readonly ClusterObject[],
  program: "istiod" | "ztunnel",
): readonly { readonly pod: ClusterObject; readonly version: string }[] =>
  controlPlane
    .filter(({ metadata }) => metadata.labels.app === program)
    .map((pod) => ({ pod, version: ownVersion(pod) }));

/** The newest minor version of istiod; null where none was seen. */
export function planeMinor(controlPlane: readonly ClusterObject[]): number | null {
  const minors = meshPods(controlPlane, "istiod").flatMap(({ version }) => minorOf(version) ?? []);
  return minors.length === 0 ? null : Math.max(...minors);
}

/** Istio lets proxies be one minor version away from their control plane, not more. */
export const isOutdated = (version: string | null, plane: number): boolean =>
  Math.abs((minorOf(version) ?? plane) - plane) > 1;
