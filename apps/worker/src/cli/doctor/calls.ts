import { type Edge, edges, egressPort } from "@tapline/core/telemetry";

/** One way of the table of edges, as far as the installation's own proxies and network see it. */
export type Call = Readonly<{ from: string; port: number; edge: Edge }>;

/** Who calls a service or a door: what goes to hosts beyond the cluster is brought to the door outwards first. */
export function callsTo(name: string): readonly Call[] {
  if (name === "egress")
    return edges
      .filter(({ through }) => through === "egress")
      .map((edge) => ({ from: edge.from, port: egressPort, edge }));
  return edges
    .filter(({ to }) => to === name)
    .map((edge) => ({ from: edge.from, port: edge.port.number, edge }));
}
