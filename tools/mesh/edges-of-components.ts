import { type Edge, edges, servicePorts } from "@tapline/core/telemetry";

const straight = { through: null, operations: null } as const;
const code = "istio/components/global-rate-limit/service.yaml";

/** Who calls whom where istio/components/global-rate-limit is taken in. None of it is in our programs, so the table of edges has it not. */
export const edgesWithGlobalLimits: readonly Edge[] = [
  ...edges,
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
