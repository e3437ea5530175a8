import { edges, meshServices } from "@tapline/core/telemetry";
import { z } from "zod";
import type { ClusterPicture } from "../../wire/commands/cluster.ts";
import { callsTo } from "./calls.ts";
import { type Finding, fault, judged } from "./finding.ts";
import { ambientServices } from "./judge-ambient.ts";
import { outsideHosts } from "./judge-outward.ts";
import { type Named, ownName, understood, withObjects } from "./read-objects.ts";
import { hostsOfStores } from "./stores.ts";

const check = "sidecars";
const kinds = ["sidecars", "serviceEntries", "destinationRules"] as const;
const proxied = [...meshServices, "migrations"] as const;
const sidecarSpec = z.looseObject({
  workloadSelector: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }).optional(),
  egress: z.array(z.looseObject({ hosts: z.array(z.string()) })).default([]),
  outboundTrafficPolicy: z.looseObject({ mode: z.string().default("") }).optional(),
});
type Sidecar = Named<z.infer<typeof sidecarSpec>>;
/** A host of which the table of edges says who calls it. */
type Known = Readonly<{ host: string; callers: ReadonlySet<string> }>;

/** Whether each service's proxy knows the hosts that it calls, and no other of which the table of edges has something to say. */
export function judgeSidecars(picture: ClusterPicture): readonly Finding[] {
  return withObjects(check, picture, kinds, ({ sidecars, serviceEntries, destinationRules }) => {
    const { specs, unread } = understood(check, sidecars, sidecarSpec);
    if (unread.length > 0) return unread;
    const callersOf = (name: string) =>
      new Set(edges.filter(({ to }) => to === name).map(({ from }) => from));
    const known: Known[] = [
      ...outsideHosts(serviceEntries).map(({ host, callers }) => ({ host, callers: new Set(callers) })),
      ...[...hostsOfStores(destinationRules)].map(([name, host]) => ({ host, callers: callersOf(name) })),
      { host: "kubernetes.default.svc.cluster.local", callers: callersOf("kubernetes") },
      ...[...meshServices, "ingress", "egress"].map((name) => ({
        host: `${name}.${picture.namespace}.svc.cluster.local`,
        callers: new Set(callsTo(name).map(({ from }) => from)),
      })),
    ];
    // A Sidecar is a proxy's: who has none has nobody to obey it.
    const isAmbient = ambientServices(picture);
    const besideProxies = proxied.filter((service) => !isAmbient(service));
    if (besideProxies.length === 0) return [];
    return judged(
      check,
      besideProxies.flatMap((service) => faultsOf(service, specs, known, picture.namespace)),
      `${besideProxies.length} proxies know the hosts that are called`,
    );
  });
}

function faultsOf(
  service: string,
  sidecars: readonly Sidecar[],
  known: readonly Known[],
  namespace: string,
): Finding[] {
  const next = `apply istio/${service === "migrations" ? "base/data" : `mesh/${service}`}.yaml`;
  const own = sidecars.filter(({ spec }) => spec.workloadSelector?.labels["tapline.dev/service"] === service);
  const [found] = own;
  if (found === undefined)
    return [fault(check, `${service} has no Sidecar: its proxy knows all that the mesh has`, next)];
  if (own.length > 1)
    return [
      fault(check, `${service} has ${own.length} Sidecars, of which Istio takes one`, "leave one of them"),
    ];
  const { egress, outboundTrafficPolicy } = found.spec;
  const hosts = egress.flatMap((one) => one.hosts.map((text) => text.split("/").at(-1) ?? ""));
  // Calls of ours go to a colour or the preview no less than to the service.
  const told = hosts.map((host) => {
    const name = ownName(host, namespace)?.replace(/-(?:blue|green|preview)$/, "");
    return name === undefined ? host : `${name}.${namespace}.svc.cluster.local`;
  });
  return [
    ...(outboundTrafficPolicy?.mode === "REGISTRY_ONLY"
      ? []
      : [fault(check, `${service} may go to hosts that the mesh does not know`, next)]),
    ...hosts
      .filter((host) => host.startsWith("*"))
      .map((host) => fault(check, `${service} reaches every host of ${host}`, next)),
    ...known.flatMap(({ host, callers }) => {
      if (told.includes(host) === callers.has(service)) return [];
      return callers.has(service)
        ? [fault(check, `${service} does not reach ${host}, which it calls`, next)]
        : [fault(check, `${service} reaches ${host}, which no edge needs`, next)];
    }),
  ];
}
