import { servicePorts } from "@tapline/core/telemetry";
import { z } from "zod";
import { identity, image, resources, restricted, runsAsNobody, tupleOf } from "./forms-of-pods.ts";
import { ofTapline, selector } from "./forms-of-workloads.ts";

/** The forms of what has all gateways count together (the component global-rate-limit), field for field. */

const is = z.literal;
const own = { "tapline.dev/service": is("ratelimit") };
const host = "ratelimit.tapline.svc.cluster.local";
const port = 8_081;

const object = (apiVersion: string, kind: string, name: string, service: string, spec: z.ZodRawShape) =>
  z.strictObject({
    ...{ apiVersion: is(apiVersion), kind: is(kind) },
    metadata: z.strictObject({
      ...{ name: is(name), namespace: is("tapline") },
      labels: z.strictObject({ ...ofTapline, "tapline.dev/service": is(service) }),
    }),
    spec: z.strictObject(spec),
  });
const ratelimit = (apiVersion: string, kind: string, spec: z.ZodRawShape) =>
  object(apiVersion, kind, "ratelimit", "ratelimit", spec);

/** What it does not know it lets through, so it is not ready before; and it tells nobody outside the pod what others ask. */
const settings = {
  ...{ LOG_LEVEL: "warn", LOG_FORMAT: "json", USE_STATSD: "false" },
  ...{ REDIS_SOCKET_TYPE: "tcp", REDIS_URL: "127.0.0.1:6379" },
  ...{ RUNTIME_ROOT: "/data", RUNTIME_SUBDIRECTORY: "ratelimit" },
  ...{ RUNTIME_WATCH_ROOT: "false", RUNTIME_IGNOREDOTFILES: "true" },
  ...{ HEALTHY_WITH_AT_LEAST_ONE_CONFIG_LOADED: "true", DEBUG_HOST: "127.0.0.1" },
};
const env = Object.entries(settings).map(([name, value]) =>
  z.strictObject({ name: is(name), value: is(value) }),
);
/** In memory alone, on loopback alone. */
const storeArguments = [
  ...["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
  ...["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", "--dir", "/tmp"],
].map((text) => is(text));

const often = { periodSeconds: is(2), failureThreshold: is(30) };
const health = z.strictObject({
  httpGet: z.strictObject({ path: is("/healthcheck"), port: is("http-health") }),
  ...often,
});
const alive = z.strictObject({
  tcpSocket: z.strictObject({ port: is("grpc-limits") }),
  ...{ periodSeconds: is(10), failureThreshold: is(6) },
});
const answers = z.strictObject({
  exec: z.strictObject({ command: z.tuple([is("valkey-cli"), is("ping")]) }),
  ...often,
});
const opened = (name: string, number: number) =>
  z.strictObject({ name: is(name), containerPort: is(number) });
const container = (name: string) => ({
  ...{ name: is(name), image, securityContext: restricted, resources: resources({}) },
});

const limiter = z.strictObject({
  ...{ ...container("ratelimit"), command: z.tuple([is("/bin/ratelimit")]), env: tupleOf(env) },
  ports: z.tuple([opened("grpc-limits", port), opened("http-health", 8_080)]),
  ...{ startupProbe: health, livenessProbe: alive, readinessProbe: health },
  volumeMounts: z.tuple([
    z.strictObject({ name: is("limits"), mountPath: is("/data/ratelimit/config"), readOnly: is(true) }),
  ]),
});
const store = z.strictObject({
  ...{ ...container("store"), args: tupleOf(storeArguments) },
  ...{ startupProbe: answers, livenessProbe: answers, readinessProbe: answers },
  volumeMounts: z.tuple([z.strictObject({ name: is("scratch"), mountPath: is("/tmp") })]),
});

// Two would count in two stores.
const deployment = ratelimit("apps/v1", "Deployment", {
  ...{ replicas: is(1), selector: selector(own) },
  template: z.strictObject({
    metadata: z.strictObject({ labels: z.strictObject({ ...ofTapline, ...own, app: is("ratelimit") }) }),
    spec: z.strictObject({
      ...{ ...identity("ratelimit"), securityContext: z.strictObject(runsAsNobody(65_532)) },
      containers: z.tuple([limiter, store]),
      volumes: z.tuple([
        z.strictObject({ name: is("limits"), configMap: z.strictObject({ name: is("tapline-limits") }) }),
        z.strictObject({ name: is("scratch"), emptyDir: z.strictObject({ sizeLimit: is("16Mi") }) }),
      ]),
    }),
  }),
});
const service = ratelimit("v1", "Service", {
  selector: z.strictObject(own),
  ports: z.tuple([z.strictObject({ name: is("grpc-limits"), port: is(port), targetPort: is(port) })]),
});
// It keeps no drain of a node waiting.
const budget = ratelimit("policy/v1", "PodDisruptionBudget", {
  ...{ maxUnavailable: is(1), selector: selector(own) },
});

const typeUrl = "type.googleapis.com/envoy.extensions.filters";
const asked = {
  domain: is("tapline"),
  // Who gets no answer in time lets on.
  ...{ failure_mode_deny: is(false), timeout: is("0.05s") },
  rate_limit_service: z.strictObject({
    transport_api_version: is("V3"),
    grpc_service: z.strictObject({
      envoy_grpc: z.strictObject({ cluster_name: is(`outbound|${port}||${host}`) }),
      timeout: is("0.05s"),
    }),
  }),
};
const entry = (key: string, value: string) => z.strictObject({ key: is(key), value: is(value) });
const inserted = (name: string, config: z.ZodRawShape) =>
  z.strictObject({
    operation: is("INSERT_BEFORE"),
    value: z.strictObject({ name: is(name), typed_config: z.strictObject({ ...config, ...asked }) }),
  });
const connections = (number: number) =>
  z.strictObject({
    applyTo: is("NETWORK_FILTER"),
    match: z.strictObject({
      context: is("GATEWAY"),
      listener: z.strictObject({
        portNumber: is(number),
        filterChain: z.strictObject({
          filter: z.strictObject({ name: is("envoy.filters.network.tcp_proxy") }),
        }),
      }),
    }),
    patch: inserted("envoy.filters.network.ratelimit", {
      ...{ "@type": is(`${typeUrl}.network.ratelimit.v3.RateLimit`), stat_prefix: is("tapline_agents") },
      descriptors: z.tuple([
        z.strictObject({
          entries: z.tuple([
            entry("listener", "agents"),
            entry("remote_address", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
          ]),
        }),
      ]),
    }),
  });
const requests = z.strictObject({
  applyTo: is("HTTP_FILTER"),
  match: z.strictObject({
    context: is("GATEWAY"),
    listener: z.strictObject({
      portNumber: is(443),
      filterChain: z.strictObject({
        filter: z.strictObject({
          name: is("envoy.filters.network.http_connection_manager"),
          subFilter: z.strictObject({ name: is("envoy.filters.http.router") }),
        }),
      }),
    }),
  }),
  patch: inserted("envoy.filters.http.ratelimit", {
    "@type": is(`${typeUrl}.http.ratelimit.v3.RateLimit`),
  }),
});
const listener = z.strictObject({ descriptor_key: is("listener"), descriptor_value: is("console") });
const routes = z.strictObject({
  applyTo: is("VIRTUAL_HOST"),
  match: z.strictObject({
    context: is("GATEWAY"),
    routeConfiguration: z.strictObject({ portNumber: is(443) }),
  }),
  patch: z.strictObject({
    operation: is("MERGE"),
    value: z.strictObject({
      rate_limits: z.tuple([
        z.strictObject({
          actions: z.tuple([
            z.strictObject({ generic_key: listener }),
            z.strictObject({ remote_address: z.strictObject({}) }),
          ]),
        }),
      ]),
    }),
  }),
});

const filter = (name: string, patches: readonly [z.ZodType, z.ZodType]) =>
  object("networking.istio.io/v1alpha3", "EnvoyFilter", name, "ingress", {
    // Of the gateway alone: without it all proxies would ask.
    workloadSelector: z.strictObject({ labels: z.strictObject({ "tapline.dev/service": is("ingress") }) }),
    configPatches: z.tuple(patches),
  });

/** By kind and name; its figures are an installation's own, and its account has the form of all. */
export const globalLimits: Readonly<Record<string, z.ZodType>> = {
  "Deployment ratelimit": deployment,
  "Service ratelimit": service,
  "PodDisruptionBudget ratelimit": budget,
  "EnvoyFilter ingress-limits-console": filter("ingress-limits-console", [requests, routes]),
  "EnvoyFilter ingress-limits-agents": filter("ingress-limits-agents", [
    connections(servicePorts.taps.number),
    connections(servicePorts.stream.number),
  ]),
};
