/** The processes of an installation, by the word that is also their service account, Service and role. */
export const meshServices = [
  ...["ingest", "buffer", "validation", "encryption", "transfer", "audit", "kpi", "telemetry"],
  ...["alerts", "balance", "noops", "web"],
] as const;

/** What an edge begins or ends at, beside the services: `ingress` and `egress` are the mesh's own doors. */
export const meshOutsiders = [
  ...["agents", "browsers", "migrations", "ingress", "egress", "keda", "prometheus"],
  ...["redis", "postgresql", "archives", "collector", "witnesses", "kubernetes"],
  ...["webhooks", "mail", "push-services", "identity-provider"],
] as const;

/** The port of the door outwards, at which services' proxies come. */
export const egressPort = 15_443;

/** One kind of request that a program knows, as `POST /v1/taps`. */
export type EdgeOperation = Readonly<{
  methods: readonly string[];
  /** Whole, or with `*` as its end: all that begins so. */
  path: string;
  /** The same request twice has the effect of one: only then may a proxy try again. */
  idempotent: boolean;
  /** How long the answer may take, ms; null: as long as it is read, as a stream's. */
  withinMs: number | null;
}>;

export type Edge = Readonly<{
  from: string;
  to: string;
  /** Its name tells Istio the protocol, by what stands before the first hyphen. */
  port: Readonly<{ name: string; number: number }>;
  /** What the programs speak at both ends. */
  protocol: "HTTP" | "HTTP over TLS" | "gRPC over TLS" | "Redis" | "PostgreSQL" | "SSH" | "SMTP";
  /** Which door of the mesh it passes; null: none, it goes straight. */
  through: "ingress" | "egress" | null;
  /** Who ciphers on the way inside the mesh: its proxies, the programs themselves, or nobody (see the page of the mesh). */
  cipheredBy: "mesh" | "programs" | "both" | "nobody";
  /** Null: bytes that a proxy cannot tell apart, and must not try again. */
  operations: readonly EdgeOperation[] | null;
  /** The file of ours that listens or connects. */
  code: string;
}>;

/** What a pod is asked by the kubelet, on loopback: answered to nobody who comes by the mesh. */
const probes: readonly string[] = ["/healthz", "/readyz"];

/** Whether a request is one of those that are known. */
export function isKnownRequest(
  operations: readonly EdgeOperation[],
  { method, path }: { readonly method: string; readonly path: string },
): boolean {
  return (
    !probes.includes(path) &&
    operations.some(
      (one) =>
        one.methods.includes(method) &&
        (one.path.endsWith("*") ? path.startsWith(one.path.slice(0, -1)) : one.path === path),
    )
  );
}
