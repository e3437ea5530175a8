import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { servicePorts } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { edgesWithGlobalLimits } from "./edges-of-components.ts";
import { judge } from "./judge.ts";
import { type Manifest, valueAt } from "./manifest.ts";
import { render } from "./render.ts";
import { survivorsOf } from "./surviving-lines.fixture.ts";
import { withComponent } from "./with-component.fixture.ts";

const base = ["base", "mesh"];
const before = base.flatMap((folder) => render(join(import.meta.dirname, "../../istio", folder)));
const objects = withComponent(base, "components/global-rate-limit");
const own = objects.filter((one) => !before.some((same) => isDeepStrictEqual(same, one)));
const find = (kind: string, name: string): Manifest => {
  const found = own.find((one) => one.kind === kind && one.metadata.name === name);
  if (found === undefined) throw new Error(`the component has no ${kind} ${name}`);
  return found;
};

const limit = z.strictObject({
  unit: z.enum(["second", "minute", "hour", "day"]),
  requests_per_unit: z.number().int().positive(),
});
const limits = z.strictObject({
  domain: z.string(),
  descriptors: z.array(
    z.strictObject({
      key: z.literal("listener"),
      value: z.string(),
      descriptors: z.tuple([z.strictObject({ key: z.literal("remote_address"), rate_limit: limit })]),
    }),
  ),
});
const configured = limits.parse(
  parse(String(valueAt(find("ConfigMap", "tapline-limits").data, "limits.yaml"))),
);

const asked = {
  domain: z.literal(configured.domain),
  failure_mode_deny: z.literal(false),
  timeout: z.literal("0.05s"),
  rate_limit_service: z.strictObject({
    transport_api_version: z.literal("V3"),
    grpc_service: z.strictObject({
      envoy_grpc: z.strictObject({
        cluster_name: z.literal("outbound|8081||ratelimit.tapline.svc.cluster.local"),
      }),
      timeout: z.literal("0.05s"),
    }),
  }),
};
const typeUrl = "type.googleapis.com/envoy.extensions.filters";
const requests = z.strictObject({
  "@type": z.literal(`${typeUrl}.http.ratelimit.v3.RateLimit`),
  ...asked,
});
const connections = z.strictObject({
  "@type": z.literal(`${typeUrl}.network.ratelimit.v3.RateLimit`),
  stat_prefix: z.string(),
  descriptors: z.tuple([
    z.strictObject({
      entries: z.tuple([
        z.strictObject({ key: z.literal("listener"), value: z.literal("agents") }),
        z.strictObject({
          key: z.literal("remote_address"),
          value: z.literal("%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%"),
        }),
      ]),
    }),
  ]),
  ...asked,
});
type Patch = { applyTo: string; match: object; patch: { value: object } };
const patchesOf = (name: string) => valueAt(find("EnvoyFilter", name), "spec", "configPatches") as Patch[];
const portOf = ({ match }: Patch) =>
  valueAt(match, "listener", "portNumber") ?? valueAt(match, "routeConfiguration", "portNumber");

describe("limits that all gateways keep together", () => {
  test("are asked for at each port of the gateway, by filters that let on where nobody answers", () => {
    const [http, routes] = patchesOf("ingress-limits-console");
    const agents = patchesOf("ingress-limits-agents");
    expect([http, routes].map((one) => one && portOf(one))).toEqual([443, 443]);
    const { taps, stream } = servicePorts;
    expect(agents.map(portOf)).toEqual([taps.number, stream.number]);
    requests.parse(valueAt(http?.patch.value, "typed_config"));
    for (const { patch } of agents) connections.parse(valueAt(patch.value, "typed_config"));
  });

  test("are known to the service for whatever the filters name, and for nothing else", () => {
    const [, routes] = patchesOf("ingress-limits-console");
    const listener = { descriptor_key: "listener", descriptor_value: "console" };
    expect(routes?.patch.value).toEqual({
      rate_limits: [{ actions: [{ generic_key: listener }, { remote_address: {} }] }],
    });
    expect(configured.descriptors.map(({ value }) => value).sort()).toEqual(["agents", "console"]);
  });

  test("bring one edge more, which no line of a policy may lack", () => {
    expect(judge(objects, edgesWithGlobalLimits)).toEqual([]);
    expect(judge(before, edgesWithGlobalLimits)).not.toEqual([]);
    expect(judge(objects)).not.toEqual([]);
    const judged = /^(AuthorizationPolicy|NetworkPolicy|Sidecar|DestinationRule)$/;
    const policies = own.filter(({ kind }) => judged.test(kind));
    expect(survivorsOf(policies, objects, edgesWithGlobalLimits)).toEqual([]);
  }, 120_000);
});
