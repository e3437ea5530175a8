export { type ClusterPicture, type InspectedKind, inspectCluster, type Read } from "./inspect-cluster.ts";
export { type ClusterSettings, openCluster } from "./open-cluster.ts";
export type { ClusterObject } from "./resources.ts";
