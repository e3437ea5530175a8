export { type ClusterSettings, openCluster } from "./open-cluster.ts";
