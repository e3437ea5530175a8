import { type Edge, type EdgeOperation, meshServices } from "./edge.ts";

/** Ports that the services listen on in an installation. */
export const servicePorts = {
  taps: { name: "tls-taps", number: 7443 },
  stream: { name: "tls-stream", number: 7444 },
  scaler: { name: "tls-scaler", number: 7445 },
  web: { name: "http-web", number: 8080 },
  /** Of Istio's agent in each pod: it answers for its proxy and, by loopback, for the process's `/metrics`. */
  metrics: { name: "http-metrics", number: 15_020 },
} as const;

const usualMs = 30_000;

function operation(
  methods: string,
  path: string,
  { idempotent, withinMs = usualMs }: { idempotent: boolean; withinMs?: number | null },
): EdgeOperation {
  return { methods: methods.split(" "), path, idempotent, withinMs };
}

const again = { idempotent: true };
const once = { idempotent: false };

/** What the agents' door answers. Taps and reports carry their numbers: the second of the same changes nothing. */
export const doorOperations: readonly EdgeOperation[] = [
  operation("GET", "/v1/openapi.json", again),
  operation("GET", "/v1/trust", again),
  operation("POST", "/v1/enrol", once),
  operation("POST", "/v1/renew", once),
  operation("POST", "/v1/taps", again),
  operation("GET", "/v1/receipts", { idempotent: true, withinMs: 35_000 }),
  operation("POST", "/v1/report", again),
  operation("POST", "/v1/log", again),
];

/** What the console answers. Its probes are not among it: they are asked on loopback. */
export const consoleOperations: readonly EdgeOperation[] = [
  operation("GET", "/socket.io/*", { idempotent: false, withinMs: null }),
  operation("GET", "/api/audit/export", { idempotent: false, withinMs: null }),
  operation("GET HEAD POST", "/api/auth/*", once),
  operation("GET", "/api/trpc/*", again),
  operation("POST", "/api/trpc/*", once),
  operation("POST", "/acknowledge/*", once),
  operation("GET HEAD", "/*", again),
];

export const streamOperations: readonly EdgeOperation[] = [
  operation("POST", "/tapline.ingest.v1.Ingest/Deliver", { idempotent: false, withinMs: null }),
];

export const scalerOperations: readonly EdgeOperation[] = [
  ...["IsActive", "GetMetricSpec", "GetMetrics"].map((name) =>
    operation("POST", `/externalscaler.ExternalScaler/${name}`, again),
  ),
  operation("POST", "/externalscaler.ExternalScaler/StreamIsActive", { idempotent: false, withinMs: null }),
];

const door = {
  protocol: "HTTP over TLS",
  ...{ port: servicePorts.taps, operations: doorOperations },
  code: "apps/worker/src/ingress/server.ts",
} as const;
const stream = {
  protocol: "gRPC over TLS",
  ...{ port: servicePorts.stream, operations: streamOperations },
  code: "apps/worker/src/ingress/stream/create-stream-server.ts",
} as const;
const pages = {
  protocol: "HTTP",
  operations: consoleOperations,
  code: "apps/web/server/create-bounded-server.ts",
} as const;

/** What is asked of the services, and of the mesh's door before them. */
export const insideEdges: readonly Edge[] = [
  // The door ends the agents' TLS itself, behind the gateway as before it: only so it sees their certificates.
  { ...door, from: "agents", to: "ingress", through: null, cipheredBy: "programs" },
  { ...door, from: "ingress", to: "ingest", through: "ingress", cipheredBy: "both" },
  { ...stream, from: "agents", to: "ingress", through: null, cipheredBy: "programs" },
  { ...stream, from: "ingress", to: "ingest", through: "ingress", cipheredBy: "both" },
  {
    ...{ ...pages, from: "browsers", to: "ingress", port: { name: "https-web", number: 443 } },
    ...{ protocol: "HTTP over TLS", through: null, cipheredBy: "programs" },
  },
  { ...pages, from: "ingress", to: "web", port: servicePorts.web, through: "ingress", cipheredBy: "mesh" },
  {
    ...{ from: "keda", to: "balance", port: servicePorts.scaler, protocol: "gRPC over TLS", through: null },
    // KEDA has no proxy as it is usually installed: its certificate is checked by the scaler itself.
    ...{ cipheredBy: "programs", operations: scalerOperations },
    code: "apps/worker/src/scaler/create-scaler-server.ts",
  },
  ...meshServices.map((service): Edge => {
    const operations = [operation("GET", "/stats/prometheus", again)];
    return {
      ...{ from: "prometheus", to: service, port: servicePorts.metrics, protocol: "HTTP", through: null },
      ...{ cipheredBy: "nobody", operations, code: "packages/telemetry/src/health/serve-health.ts" },
    };
  }),
];
