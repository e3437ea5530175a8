import { type SegmentStage, segmentStages, segmentsAtOnce, stageQueue } from "@tapline/core/buffer";
import { colourSchema } from "@tapline/core/kernel";
import { z } from "zod";
import { tupleOf } from "./forms-of-pods.ts";

/** The forms of what is neither a pod's nor a route's: namespaces, accounts, rights, autoscalers, telemetry, limits of single proxies. */

const is = z.literal;
const count = z.number().int().positive();
const nothing = z.strictObject({});

export const namespace = z.looseObject({
  metadata: z.looseObject({
    labels: z.strictObject({
      "app.kubernetes.io/part-of": is("tapline"),
      "istio-injection": is("enabled"),
      "pod-security.kubernetes.io/enforce": is("restricted"),
    }),
  }),
});

/** Of all accounts that of noops alone has a token. */
export const serviceAccount = (name: string) =>
  z.looseObject({ automountServiceAccountToken: is(name === "noops") });

/** By balance's wish, which its port tells whoever shows a certificate. */
const byWish = (word: string) =>
  z.strictObject({
    ...{ type: is("external"), metricType: is("AverageValue") },
    metadata: z.strictObject({
      scalerAddress: is("balance.tapline.svc.cluster.local:7445"),
      ...{ service: is(word), enableTLS: is("true") },
    }),
    authenticationRef: z.strictObject({ name: is("balance") }),
  });

/** By the jobs that wait or are worked on: one process for as many as it does at once. */
const byDepth = (stage: SegmentStage, colour: string) => {
  const queue = stageQueue(stage, colourSchema.parse(colour));
  return z.strictObject({
    ...{ type: is("prometheus"), metricType: is("AverageValue") },
    metadata: z.strictObject({
      serverAddress: is("http://prometheus.monitoring.svc.cluster.local:9090"),
      query: is(`sum(max by (state) (tapline_queue_jobs{queue="${queue}",state=~"waiting|active"}))`),
      ...{ threshold: is(String(segmentsAtOnce[stage])), ignoreNullValues: is("false") },
    }),
  });
};

/**
 * No fallback to a number: where a trigger fails the autoscaler takes nothing away, and that would.
 * @param colour that of which nothing runs at rest is held by KEDA at none
 */
export const scaledObject = (word: string, colour: string) => {
  const stage = segmentStages.find((one) => one === word);
  const paused = { annotations: z.strictObject({ "autoscaling.keda.sh/paused-replicas": is("0") }) };
  return z.looseObject({
    metadata: z.looseObject({
      labels: z.looseObject({ "tapline.dev/colour": is(colour) }),
      ...(colour === "green" ? paused : { annotations: nothing.optional() }),
    }),
    spec: z
      .strictObject({
        scaleTargetRef: z.strictObject({ name: is(`${word}-${colour}`) }),
        minReplicaCount: count,
        maxReplicaCount: count.max(100),
        pollingInterval: count.max(30),
        triggers:
          stage === undefined ? z.tuple([byWish(word)]) : z.tuple([byWish(word), byDepth(stage, colour)]),
      })
      .refine((spec) => spec.minReplicaCount <= spec.maxReplicaCount, "bounds are the wrong way round"),
  });
};

const pem = (parameter: string, key: string) =>
  z.strictObject({ parameter: is(parameter), name: is("tapline-keda"), key: is(key) });
/** Balance's port ends TLS itself, and wants to see a certificate. */
export const triggerAuthentication = z.looseObject({
  spec: z.strictObject({
    secretTargetRef: z.tuple([
      pem("caCert", "ca.crt"),
      pem("tlsClientCert", "tls.crt"),
      pem("tlsClientKey", "tls.key"),
    ]),
  }),
});

const provider = (name: string) => z.tuple([z.strictObject({ name: is(name) })]);
/** All traces, since a proxy decides before there is an error; of what it logs refusals and failures. */
export const telemetry = z.looseObject({
  spec: z.strictObject({
    metrics: z.tuple([z.strictObject({ providers: provider("prometheus") })]),
    tracing: z.tuple([
      z.strictObject({ providers: provider("tapline-otlp"), randomSamplingPercentage: is(100) }),
    ]),
    accessLogging: z.tuple([
      z.strictObject({
        providers: provider("envoy"),
        filter: z.strictObject({
          expression: is(
            "has(response.code) ? response.code >= 400 : response.flags != 0 || has(connection.termination_details)",
          ),
        }),
      }),
    ]),
  }),
});

/** The account noops, in the namespace that it runs in, and nobody else. */
export const roleBinding = z.looseObject({
  roleRef: z.strictObject({
    ...{ apiGroup: is("rbac.authorization.k8s.io"), kind: is("Role"), name: is("noops") },
  }),
  subjects: z.tuple([
    z.strictObject({ kind: is("ServiceAccount"), name: is("noops"), namespace: is("tapline") }),
  ]),
});

/** Refused, and told: a policy that only warned would hold nobody. */
export const policyBinding = (name: string) =>
  z.looseObject({
    spec: z.strictObject({ policyName: is(name), validationActions: z.tuple([is("Deny"), is("Audit")]) }),
  });

const bucket = z
  .strictObject({ max_tokens: count, tokens_per_fill: count, fill_interval: is("1s") })
  .refine(
    ({ max_tokens, tokens_per_fill }) => max_tokens >= tokens_per_fill && max_tokens <= 10_000,
    "a bucket must hold what comes in a second, and not so much that it bounds nobody",
  );
const extensions = "type.googleapis.com/envoy.extensions.filters";
const always = z.strictObject({ numerator: is(100), denominator: is("HUNDRED") });
const switched = (key: string) =>
  z.strictObject({ runtime_key: is(`tapline_console_rate_${key}`), default_value: always });

const requests = z.strictObject({
  applyTo: is("HTTP_FILTER"),
  match: z.strictObject({
    context: is("SIDECAR_INBOUND"),
    listener: z.strictObject({
      filterChain: z.strictObject({
        filter: z.strictObject({
          name: is("envoy.filters.network.http_connection_manager"),
          subFilter: z.strictObject({ name: is("envoy.filters.http.router") }),
        }),
      }),
    }),
  }),
  patch: z.strictObject({
    operation: is("INSERT_BEFORE"),
    value: z.strictObject({
      name: is("envoy.filters.http.local_ratelimit"),
      typed_config: z.strictObject({
        "@type": is(`${extensions}.http.local_ratelimit.v3.LocalRateLimit`),
        ...{ stat_prefix: is("tapline_console"), token_bucket: bucket },
        // Without these two Envoy counts, and lets all through.
        ...{ filter_enabled: switched("enabled"), filter_enforced: switched("enforced") },
      }),
    }),
  }),
});

const connections = (port: number) =>
  z.strictObject({
    applyTo: is("NETWORK_FILTER"),
    match: z.strictObject({
      context: is("GATEWAY"),
      listener: z.strictObject({
        portNumber: is(port),
        filterChain: z.strictObject({
          filter: z.strictObject({ name: is("envoy.filters.network.tcp_proxy") }),
        }),
      }),
    }),
    patch: z.strictObject({
      operation: is("INSERT_BEFORE"),
      value: z.strictObject({
        name: is("envoy.filters.network.local_ratelimit"),
        typed_config: z.strictObject({
          "@type": is(`${extensions}.network.local_ratelimit.v3.LocalRateLimit`),
          ...{ stat_prefix: is("tapline_agents"), token_bucket: bucket },
        }),
      }),
    }),
  });

const filterOf = (word: string, patches: readonly z.ZodType[]) =>
  z.looseObject({
    spec: z.strictObject({
      workloadSelector: z.strictObject({ labels: z.strictObject({ "tapline.dev/service": is(word) }) }),
      configPatches: tupleOf(patches),
    }),
  });
/** Limits of single proxies (istio/components/rate-limit), at each port that they are for. */
export const localLimits: Readonly<Record<string, z.ZodType>> = {
  "web-rate": filterOf("web", [requests]),
  "ingress-rate": filterOf("ingress", [connections(7_443), connections(7_444)]),
};
