import { edges, meshServices } from "@tapline/core/telemetry";
import type { ClusterObject, ClusterPicture, InspectedKind } from "../../wire/commands/cluster.ts";

/** When the picture was taken. */
export const now = Date.parse("2026-11-30T12:00:00Z");

type Parts = Partial<Pick<ClusterObject, "spec" | "status">> & { labels?: Record<string, string> };

export function object(name: string, { spec = {}, status = {}, labels = {} }: Parts): ClusterObject {
  const metadata = { name, labels, annotations: {}, uid: name, resourceVersion: "1" };
  return { metadata, spec, status };
}

const labelled = (service: string, colour?: string): Record<string, string> => ({
  "tapline.dev/service": service,
  ...(colour === undefined ? {} : { "tapline.dev/colour": colour }),
});

function deployment(service: string, colour: string, replicas: number): ClusterObject {
  const containers = [{ name: service, image: "registry.example/tapline:1.4.0" }];
  return object(`${service}-${colour}`, {
    labels: labelled(service, colour),
    spec: { replicas, template: { spec: { serviceAccountName: service, containers } } },
    status: { readyReplicas: replicas },
  });
}

function pod(service: string): ClusterObject {
  return object(`${service}-blue-1`, {
    labels: labelled(service, "blue"),
    spec: {
      containers: [{ name: service, image: "registry.example/tapline:1.4.0" }],
      initContainers: [{ name: "istio-proxy", image: "registry.example/istio/proxyv2:1.29.1" }],
    },
  });
}

function policies(service: string): ClusterObject[] {
  const calls = edges.filter(({ to, cipheredBy }) => to === service && /mesh|both/.test(cipheredBy));
  return calls.map(({ from, port }, i) =>
    object(`${service}-${i}`, {
      spec: {
        selector: { matchLabels: labelled(service) },
        action: "ALLOW",
        rules: [
          {
            from: [{ source: { principals: [`cluster.local/ns/istio-ingress/sa/${from}-gateway`] } }],
            to: [{ operation: { ports: [String(port.number)] } }],
          },
        ],
      },
    }),
  );
}

/** An installation in which all is well. */
export function soundObjects(): Record<InspectedKind, ClusterObject[]> {
  const colours = ["blue", "green"];
  return {
    deployments: meshServices.flatMap((service) => [
      deployment(service, "blue", 2),
      deployment(service, "green", 0),
    ]),
    pods: meshServices.map(pod),
    budgets: meshServices.map((service) => object(service, { labels: labelled(service) })),
    networkPolicies: [],
    peerAuthentications: [
      object("balance", {
        spec: {
          selector: { matchLabels: labelled("balance") },
          portLevelMtls: { 7445: { mode: "PERMISSIVE" } },
        },
      }),
    ],
    meshWide: [object("default", { spec: { mtls: { mode: "STRICT" } } })],
    authorizationPolicies: [object("deny-all", {}), ...meshServices.flatMap(policies)],
    virtualServices: [
      object("ingest", {
        spec: {
          tls: [
            {
              route: colours.map((colour) => ({
                destination: { host: `ingest-${colour}.tapline.svc.cluster.local` },
                weight: colour === "blue" ? 100 : 0,
              })),
            },
          ],
        },
      }),
    ],
    destinationRules: [
      object("ingest-blue", {
        spec: { host: "ingest-blue", trafficPolicy: { outlierDetection: { consecutive5xxErrors: 5 } } },
      }),
    ],
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
    ...{ namespace: "tapline", version: "v1.33.2", serverEpochMs: now },
    ...{ askedAtEpochMs: now + 100, answeredAtEpochMs: now + 300 },
    objects: Object.fromEntries(known) as ClusterPicture["objects"],
    ...more,
  };
}
