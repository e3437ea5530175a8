import { z } from "zod";

/**
 * The forms that our routing objects have, field for field: what keeps a service up (bounds, circuit breakers, slow start) may be
 * missing by the schemas of Istio, and is missed here.
 */

const seconds = z.string().regex(/^\d+s$/, "must be whole seconds, as 30s");
const count = z.number().int().positive();
const tcp = z.strictObject({
  maxConnections: count,
  connectTimeout: seconds,
  tcpKeepalive: z.strictObject({ time: seconds, interval: seconds }),
});
const outlier = {
  consecutive5xxErrors: count,
  interval: seconds,
  baseEjectionTime: seconds,
  maxEjectionPercent: count,
};
const towards = {
  tls: z.strictObject({ mode: z.literal("ISTIO_MUTUAL") }),
  loadBalancer: z.strictObject({
    simple: z.literal("LEAST_REQUEST"),
    warmup: z.strictObject({ duration: seconds }),
  }),
};

/** A service that is called by TLS or TCP. */
export const byteRule = z.strictObject({
  host: z.string(),
  trafficPolicy: z.strictObject({
    ...towards,
    connectionPool: z.strictObject({ tcp }),
    outlierDetection: z.strictObject(outlier),
  }),
});

/** A service that is called by HTTP. */
export const httpRule = z.strictObject({
  host: z.string(),
  trafficPolicy: z.strictObject({
    ...towards,
    connectionPool: z.strictObject({
      tcp,
      http: z.strictObject({
        ...{ http1MaxPendingRequests: count, http2MaxRequests: count, maxRetries: count },
        idleTimeout: seconds,
      }),
    }),
    outlierDetection: z.strictObject({ ...outlier, consecutiveGatewayErrors: count }),
  }),
});

/** A store: one host, so nobody to go to instead. */
export const storeRule = z.strictObject({
  host: z.string(),
  trafficPolicy: z.strictObject({ connectionPool: z.strictObject({ tcp }) }),
});

/** The way to the door outwards: a subset for each host. */
export const egressRule = z.strictObject({
  host: z.string(),
  subsets: z.array(
    z.strictObject({
      name: z.string(),
      trafficPolicy: z.strictObject({
        portLevelSettings: z.tuple([
          z.strictObject({
            port: z.strictObject({ number: count }),
            tls: z.strictObject({ mode: z.literal("ISTIO_MUTUAL"), sni: z.string() }),
            connectionPool: z.strictObject({ tcp }),
          }),
        ]),
      }),
    }),
  ),
});

const destination = z.strictObject({
  host: z.string(),
  subset: z.string().optional(),
  port: z.strictObject({ number: count }),
});
export const routeTo = z
  .array(z.strictObject({ destination, weight: z.number().int().min(0).max(100).optional() }))
  .min(1)
  .refine(
    (all) => all.length === 1 || all.reduce((sum, { weight = 0 }) => sum + weight, 0) === 100,
    "weights must sum to 100",
  );

const match = z.strictObject({
  gateways: z.array(z.string()).optional(),
  port: count.optional(),
  sniHosts: z.array(z.string()).optional(),
});
const bytes = z.array(z.strictObject({ match: z.array(match).length(1), route: routeTo }));
const text = z.union([
  z.strictObject({ exact: z.string() }),
  z.strictObject({ prefix: z.string() }),
  z.strictObject({ regex: z.string() }),
]);
/** Only what the service surely did not begin with. */
const again = z.strictObject({
  attempts: z.literal(2),
  perTryTimeout: seconds,
  retryOn: z.literal("connect-failure,refused-stream,unavailable,reset-before-request"),
});
const never = z.strictObject({ attempts: z.literal(0) });

export const virtualService = z.strictObject({
  hosts: z.array(z.string()).length(1),
  exportTo: z.tuple([z.literal(".")]),
  gateways: z.array(z.string()).min(1),
  tls: bytes.optional(),
  tcp: bytes.optional(),
  http: z
    .array(
      z.strictObject({
        name: z.string(),
        match: z
          .array(
            z.union([
              z.strictObject({ method: text, uri: text }),
              z.strictObject({ method: text, uri: text, headers: z.record(z.string(), text) }),
              z.strictObject({ headers: z.record(z.string(), text) }),
            ]),
          )
          .length(1),
        route: routeTo,
        timeout: seconds.optional(),
        retries: z.union([again, never]),
      }),
    )
    .optional(),
});
export type VirtualService = z.infer<typeof virtualService>;

export const serviceEntry = z.strictObject({
  hosts: z.array(z.string()).length(1),
  exportTo: z.tuple([z.literal(".")]),
  location: z.literal("MESH_EXTERNAL"),
  resolution: z.literal("DNS"),
  ports: z.tuple([z.strictObject({ number: count, name: z.string(), protocol: z.enum(["TLS", "TCP"]) })]),
});

const port = z.strictObject({ number: count, name: z.string(), protocol: z.enum(["HTTPS", "TLS"]) });
export const gateway = z.strictObject({
  selector: z.strictObject({ "tapline.dev/service": z.enum(["ingress", "egress"]) }),
  servers: z.array(
    z.strictObject({
      ...{ name: z.string(), port, hosts: z.array(z.string().startsWith("tapline/")).length(1) },
      tls: z.discriminatedUnion("mode", [
        z.strictObject({
          mode: z.literal("SIMPLE"),
          credentialName: z.string(),
          minProtocolVersion: z.enum(["TLSV1_2", "TLSV1_3"]),
        }),
        z.strictObject({ mode: z.literal("PASSTHROUGH") }),
        z.strictObject({ mode: z.literal("ISTIO_MUTUAL") }),
      ]),
    }),
  ),
});

export const sidecar = z.strictObject({
  workloadSelector: z.strictObject({ labels: z.strictObject({ "tapline.dev/service": z.string() }) }),
  ingress: z
    .array(
      z.strictObject({
        port: z.strictObject({ number: count, name: z.string(), protocol: z.literal("HTTP") }),
        defaultEndpoint: z.string().regex(/^127\.0\.0\.1:\d+$/, "must be on loopback"),
      }),
    )
    .optional(),
  egress: z.tuple([z.strictObject({ hosts: z.array(z.string()) })]),
  outboundTrafficPolicy: z.strictObject({ mode: z.literal("REGISTRY_ONLY") }),
});

export const service = z.looseObject({
  selector: z.record(z.string(), z.string()),
  ports: z.array(z.strictObject({ name: z.string(), port: count, targetPort: count })),
});
