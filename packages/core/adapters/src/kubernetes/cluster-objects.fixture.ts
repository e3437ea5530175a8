import type { ClusterStore } from "./cluster-store.fixture.ts";

const namespace = "tapline";
const partOf = { "app.kubernetes.io/part-of": "tapline" };

export function labelsOf(service: string, colour?: string): Record<string, string> {
  return {
    ...partOf,
    "tapline.dev/service": service,
    ...(colour === undefined ? {} : { "tapline.dev/colour": colour }),
  };
}

/** A Deployment as our manifests have it. */
export function addDeployment(
  store: ClusterStore,
  service: string,
  colour: string,
  replicas: number,
  env: readonly object[] = [],
): void {
  const labels = labelsOf(service, colour);
  store.create("deployments", namespace, {
    metadata: { name: `${service}-${colour}`, labels },
    spec: {
      replicas,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: service,
          containers: [
            {
              name: service,
              image: "registry.example:5000/tapline/worker:1.0.0",
              env,
              resources: { requests: { cpu: "1" } },
            },
            { name: "log-shipper", image: "registry.example:5000/logs:7" },
          ],
        },
      },
    },
  });
}

/** The cluster's own autoscaler of a Deployment. */
export function addAutoscaler(store: ClusterStore, target: string, min: number, max: number): void {
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: target };
  store.create("horizontalpodautoscalers", namespace, {
    metadata: { name: target, labels: partOf },
    spec: { scaleTargetRef, minReplicas: min, maxReplicas: max },
  });
}

/** KEDA's. */
export function addScaledObject(store: ClusterStore, target: string, min: number, max: number): void {
  store.create("scaledobjects", namespace, {
    metadata: { name: target, labels: partOf },
    spec: { scaleTargetRef: { name: target }, minReplicaCount: min, maxReplicaCount: max, triggers: [] },
  });
}

/** The mesh's objects of a service with two colours: all goes to blue. */
export function addMesh(store: ClusterStore, service: string): void {
  const host = (colour: string) => `${service}-${colour}.tapline.svc.cluster.local`;
  store.create("virtualservices", namespace, {
    metadata: { name: service, labels: labelsOf(service) },
    spec: {
      hosts: [service],
      http: [
        { match: [{ uri: { prefix: "/elsewhere" } }], route: [{ destination: { host: "other" } }] },
        {
          timeout: "5s",
          retries: { attempts: 2 },
          route: [{ destination: { host: host("blue"), port: { number: 7443 } }, weight: 100 }],
        },
      ],
    },
  });
  for (const colour of ["blue", "green"])
    store.create("destinationrules", namespace, {
      metadata: { name: `${service}-${colour}`, labels: labelsOf(service, colour) },
      spec: { host: host(colour), trafficPolicy: { tls: { mode: "ISTIO_MUTUAL" } } },
    });
}
