import { type Edge, type EdgeOperation, meshServices } from "./edge.ts";

/** They hold what leads to the archives: `buffer` looks whether they answer, `audit` cares for what lies there. */
const toArchives = ["buffer", "transfer", "audit"];

const post = (path: string, idempotent: boolean): readonly EdgeOperation[] => [
  { methods: ["POST"], path, idempotent, withinMs: 30_000 },
];

const opaque = { operations: null } as const;
const straight = { ...opaque, through: null } as const;
/** TLS of the programs themselves, to hosts beyond the cluster. */
const beyond = { ...opaque, through: "egress", cipheredBy: "programs" } as const;

const redisPort = { name: "tcp-redis", number: 6379 } as const;
const sentinelPort = { name: "tcp-sentinel", number: 26_379 } as const;
const inRedisPods = { ...straight, to: "redis", protocol: "Redis", cipheredBy: "mesh" } as const;

/** What there is beside all others where sentinels watch a Redis in the cluster: they are in its pods, and its pods call each other. */
export const sentinelEdges: readonly Edge[] = [
  ...meshServices.map(
    (from): Edge => ({
      ...{ ...inRedisPods, from, port: sentinelPort },
      code: "packages/core/adapters/src/redis/connect.ts",
    }),
  ),
  ...[redisPort, sentinelPort].map(
    (port): Edge => ({
      ...{ ...inRedisPods, from: "redis", port },
      code: "istio/components/redis-sentinel/settings.yaml",
    }),
  ),
];

/** What the services call that is none of them. */
export const outwardEdges: readonly Edge[] = [
  ...meshServices.flatMap((from): Edge[] => [
    {
      ...{ ...straight, from, to: "redis", port: redisPort, protocol: "Redis" },
      ...{ cipheredBy: "mesh", code: "packages/core/adapters/src/redis/connect.ts" },
    },
    {
      ...{ ...straight, from, to: "postgresql", port: { name: "tcp-postgresql", number: 5432 } },
      ...{ protocol: "PostgreSQL", cipheredBy: "mesh", code: "packages/core/adapters/src/prisma/connect.ts" },
    },
    {
      ...{
        from,
        to: "collector",
        port: { name: "http-otlp", number: 4318 },
        protocol: "HTTP",
        through: null,
      },
      ...{
        cipheredBy: "mesh",
        operations: ["traces", "metrics", "logs"].flatMap((of) => post(`/v1/${of}`, false)),
      },
      code: "packages/telemetry/src/otlp/open-otlp.ts",
    },
  ]),
  {
    ...{ ...straight, from: "migrations", to: "postgresql", port: { name: "tcp-postgresql", number: 5432 } },
    ...{ protocol: "PostgreSQL", cipheredBy: "mesh", code: "packages/core/adapters/src/prisma/connect.ts" },
  },
  ...toArchives.map((from): Edge => {
    const port = { name: "tcp-sftp", number: 22 };
    // SSH ciphers; its host key is pinned by the process (TAPLINE_ARCHIVE_HOST_KEY).
    return {
      ...{ ...beyond, from, to: "archives", port, protocol: "SSH" },
      code: "packages/core/adapters/src/sftp/sftp-session.ts",
    };
  }),
  {
    ...{ ...beyond, from: "audit", to: "witnesses", port: { name: "tls-witness", number: 443 } },
    ...{ protocol: "HTTP over TLS", code: "apps/worker/src/roles/witness-audit.ts" },
  },
  {
    ...{ from: "telemetry", to: "prometheus", port: { name: "http-prometheus", number: 9090 } },
    ...{ protocol: "HTTP", through: null, cipheredBy: "mesh" },
    operations: [{ methods: ["GET"], path: "/api/v1/query", idempotent: true, withinMs: 5_000 }],
    code: "apps/worker/src/collector/query-prometheus.ts",
  },
  {
    ...{ ...straight, from: "noops", to: "kubernetes", port: { name: "tls-kubernetes", number: 443 } },
    ...{ protocol: "HTTP over TLS", cipheredBy: "programs" },
    code: "packages/core/adapters/src/kubernetes/cluster-config.ts",
  },
  {
    ...{ ...beyond, from: "alerts", to: "webhooks", port: { name: "tls-webhooks", number: 443 } },
    ...{ protocol: "HTTP over TLS", code: "packages/core/adapters/src/channels/webhook-sender.ts" },
  },
  {
    ...{ ...beyond, from: "alerts", to: "push-services", port: { name: "tls-push", number: 443 } },
    ...{ protocol: "HTTP over TLS", code: "packages/core/adapters/src/channels/webhook-sender.ts" },
  },
  {
    ...{ ...beyond, from: "alerts", to: "mail", port: { name: "tcp-smtp", number: 587 } },
    ...{ protocol: "SMTP", code: "packages/core/adapters/src/channels/mailer.ts" },
  },
  {
    ...{ ...beyond, from: "web", to: "identity-provider", port: { name: "tls-oidc", number: 443 } },
    ...{ protocol: "HTTP over TLS", code: "apps/web/server/auth/oidc-provider.ts" },
  },
];
