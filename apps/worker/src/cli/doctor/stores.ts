import { type Edge, edges, sentinelEdges } from "@tapline/core/telemetry";
import type { ClusterObject } from "../../wire/commands/cluster.ts";

const names = ["redis", "postgresql"] as const;

/** A store, and who may call it. */
export type Store = Readonly<{ name: string; port: number; callers: ReadonlySet<string> }>;

const called = (name: string): readonly Edge[] => edges.filter(({ to }) => to === name);

/** What the table of edges has of the stores. */
export const stores: readonly Store[] = names.flatMap((name) => {
  const [first] = called(name);
  return first === undefined
    ? []
    : [{ name, port: first.port.number, callers: new Set(called(name).map(({ from }) => from)) }];
});

const [ofSentinels] = sentinelEdges;

/** Where sentinels watch a Redis in the cluster: its pods have this port, too. */
export const sentinels: Store = {
  name: "the sentinels of redis",
  port: ofSentinels?.port.number ?? 0,
  callers: new Set(sentinelEdges.filter(({ from, to }) => from !== to).map(({ from }) => from)),
};

/** Under which hosts the mesh knows them, by the labels of their DestinationRules; none: it is not told of them. */
export function hostsOfStores(destinationRules: readonly ClusterObject[]): ReadonlyMap<string, string> {
  return new Map(
    destinationRules.flatMap(({ metadata, spec }) => {
      const store = stores.find(({ name }) => name === metadata.labels["tapline.dev/service"]);
      return store === undefined || typeof spec.host !== "string" ? [] : [[store.name, spec.host] as const];
    }),
  );
}
