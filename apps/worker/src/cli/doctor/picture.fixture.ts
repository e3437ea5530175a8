import { join } from "node:path";
import { type Manifest, render } from "../../../../../tools/mesh/index.ts";
import type { ClusterObject, ClusterPicture, InspectedKind } from "../../wire/commands/cluster.ts";

/** When the picture was taken. */
export const now = Date.parse("2026-11-30T12:00:00Z");

type Parts = Partial<Pick<ClusterObject, "spec" | "status">> & { labels?: Record<string, string> };

export function object(name: string, { spec = {}, status = {}, labels = {} }: Parts): ClusterObject {
  const metadata = { name, labels, annotations: {}, uid: name, resourceVersion: "1" };
  return { metadata, spec, status };
}

/** What the API server gives of a manifest that was applied. */
export const applied = ({ metadata, spec }: Manifest): ClusterObject =>
  object(metadata.name, {
    labels: metadata.labels ?? {},
    spec: structuredClone(spec) as Record<string, unknown>,
  });

type Template = { metadata: { labels: Record<string, string> }; spec: Record<string, unknown> };

function deployment(manifest: Manifest): ClusterObject {
  const read = applied(manifest);
  return { ...read, status: { readyReplicas: read.spec.replicas ?? 1 } };
}

const proxy = { name: "istio-proxy", image: "registry.example/istio/proxyv2:1.29.1" };

/** As Istio's injection leaves it: the doors are proxies themselves, all others have one beside them. */
function podsOf({ metadata, spec }: ClusterObject): ClusterObject[] {
  if (spec.replicas === 0) return [];
  const { labels } = (spec.template as Template).metadata;
  const { containers } = (spec.template as { spec: { containers: { name: string }[] } }).spec;
  const isDoor = containers.some(({ name }) => name === proxy.name);
  const injected = isDoor ? { containers: [proxy] } : { containers, initContainers: [proxy] };
  return [object(`${metadata.name}-1`, { labels: { ...labels }, spec: structuredClone(injected) })];
}

const rendered = new Map<string, readonly Manifest[]>();

function manifestsOf(overlay: string): readonly Manifest[] {
  const known = rendered.get(overlay);
  if (known !== undefined) return known;
  const manifests = render(join(import.meta.dirname, "../../../../../istio/overlays", overlay));
  rendered.set(overlay, manifests);
  return manifests;
}

/** An overlay of ours as it was applied to a cluster, where all is ready. */
export const soundObjects = (overlay = "production"): Record<InspectedKind, ClusterObject[]> =>
  objectsOf(manifestsOf(overlay));

/** What was applied, where all is ready. */
export function objectsOf(all: readonly Manifest[]): Record<InspectedKind, ClusterObject[]> {
  const of = (kind: string, namespace = "tapline") =>
    all.filter((one) => one.kind === kind && one.metadata.namespace === namespace);
  const deployments = of("Deployment").map(deployment);
  return {
    deployments,
    rollouts: [],
    pods: deployments.flatMap(podsOf),
    budgets: of("PodDisruptionBudget").map(applied),
    networkPolicies: of("NetworkPolicy").map(applied),
    peerAuthentications: of("PeerAuthentication").map(applied),
    meshWide: of("PeerAuthentication", "istio-system").map(applied),
    authorizationPolicies: of("AuthorizationPolicy").map(applied),
    virtualServices: of("VirtualService").map(applied),
    destinationRules: of("DestinationRule").map(applied),
    serviceEntries: of("ServiceEntry").map(applied),
    sidecars: of("Sidecar").map(applied),
    storeNetworkPolicies: of("NetworkPolicy", "tapline-data").map(applied),
    storePeerAuthentications: of("PeerAuthentication", "tapline-data").map(applied),
    storeAuthorizationPolicies: of("AuthorizationPolicy", "tapline-data").map(applied),
    certificates: [
      object("console", {
        status: {
          notAfter: "2027-02-01T00:00:00Z",
          renewalTime: "2027-01-02T00:00:00Z",
          conditions: [{ type: "Ready", status: "True" }],
        },
      }),
    ],
    controlPlane: [
      object("istiod-1", {
        labels: { app: "istiod" },
        spec: { containers: [{ name: "discovery", image: "registry.example/istio/pilot:1.29.1" }] },
      }),
    ],
    nodeLeases: [object("node-1", { spec: { renewTime: "2026-11-30T11:59:55.000000Z" } })],
  };
}

export function pictureOf(
  objects: Readonly<Record<InspectedKind, readonly ClusterObject[]>>,
  more: Partial<ClusterPicture> = {},
): ClusterPicture {
  const known = Object.entries(objects).map(([kind, value]) => [kind, { is: "known", value }]);
  return {
    ...{ namespace: "tapline", storeNamespace: "tapline-data", version: "v1.33.2", serverEpochMs: now },
    ...{ askedAtEpochMs: now + 100, answeredAtEpochMs: now + 300 },
    objects: Object.fromEntries(known) as ClusterPicture["objects"],
    ...more,
  };
}

/** @throws Error where there is none of that name */
export function find(objects: readonly ClusterObject[], name: string): ClusterObject {
  const found = objects.find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Takes one away. @throws Error where there is none of that name */
export function take(objects: ClusterObject[], name: string): void {
  objects.splice(objects.indexOf(find(objects, name)), 1);
}
