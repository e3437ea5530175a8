import { type Edge, edges, sentinelEdges, servicePorts } from "@tapline/core/telemetry";

const straight = { through: null, operations: null } as const;
const code = "istio/components/global-rate-limit/service.yaml";
const operated = { ...straight, code: "istio/components/postgresql-cnpg/cluster.yaml" } as const;

/** Where CloudNativePG's pods answer their operator. It passes their proxies by. */
export const statusPort = { name: "tls-status", number: 8000 } as const;

/** None of it is in our programs, so the table of edges has it not. */
const ofGlobalLimits: readonly Edge[] = [
  {
    ...{ ...straight, from: "ingress", to: "ratelimit", port: { name: "grpc-limits", number: 8081 } },
    ...{ protocol: "HTTP", cipheredBy: "mesh", code },
  },
  // Of its proxy alone: what it counts, and its spans.
  {
    ...{ ...straight, from: "prometheus", to: "ratelimit", port: servicePorts.metrics },
    ...{ protocol: "HTTP", cipheredBy: "nobody", code },
  },
  {
    ...{ ...straight, from: "ratelimit", to: "collector", port: { name: "http-otlp", number: 4318 } },
    ...{ protocol: "HTTP", cipheredBy: "mesh", code },
  },
];

/** What CloudNativePG's pods ask of each other, and its operator of them. */
const ofPostgresql: readonly Edge[] = [
  {
    ...{ ...operated, from: "postgresql", to: "postgresql", port: { name: "tcp-postgresql", number: 5432 } },
    ...{ protocol: "PostgreSQL", cipheredBy: "both" },
  },
  ...["postgresql", "cnpg"].map(
    (from): Edge => ({
      ...{ ...operated, from, to: "postgresql", port: statusPort },
      ...{ protocol: "HTTP over TLS", cipheredBy: "programs" },
    }),
  ),
];

/** Who calls whom where istio/components/global-rate-limit is taken in. */
export const edgesWithGlobalLimits: readonly Edge[] = [...edges, ...ofGlobalLimits];

/** Who calls whom where istio/components/postgresql-cnpg is taken in, and one Redis, as the overlay kind does. */
export const edgesWithPostgresql: readonly Edge[] = [...edges, ...ofPostgresql];

/** Where istio/components/redis-sentinel is there instead of the one Redis, as in the overlays production and dev. */
export const edgesOfProduction: readonly Edge[] = [...edgesWithPostgresql, ...sentinelEdges];

export const edgesOfProductionWithLimits: readonly Edge[] = [...edgesOfProduction, ...ofGlobalLimits];
