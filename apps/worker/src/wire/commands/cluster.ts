import type { ClusterPicture } from "@tapline/adapters/kubernetes";

export type { ClusterObject, ClusterPicture, InspectedKind } from "@tapline/adapters/kubernetes";

/** Looks at an installation in a cluster. The library costs 0.4 s: loaded where somebody asks. */
export async function inspectCluster(
  kubeconfig: string,
  names: { readonly namespace?: string | undefined; readonly stores: string; readonly mesh: string },
): Promise<ClusterPicture> {
  const { inspectCluster: inspect } = await import("@tapline/adapters/kubernetes");
  return await inspect(kubeconfig, names);
}
