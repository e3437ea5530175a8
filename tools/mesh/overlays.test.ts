import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { schemaCheck, unknownFields } from "./check-schemas.ts";
import {
  edgesOfProduction,
  edgesOfProductionWithLimits,
  edgesWithPostgresql,
} from "./edges-of-components.ts";
import { checkOwnForm, hasOwnForm } from "./forms-of-operators.ts";
import { judge } from "./judge.ts";
import { lintWorkloads } from "./lint-workloads.ts";
import { type Manifest, manifestSchema, nameOf, valueAt } from "./manifest.ts";
import { jsonPatch } from "./patch.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

// A compiler is started in many of them, and schemas of hundreds of kinds are read, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 });

const messageOf = (act: () => unknown): string => {
  try {
    return String(act());
  } catch (error) {
    return String(error);
  }
};
const built = (overlay: string): readonly Manifest[] =>
  render(join(import.meta.dirname, "../../istio/overlays", overlay));
const production = built("production");

describe.each(["production", "dev", "kind"])("the overlay %s, as it is applied", (overlay) => {
  const objects = overlay === "production" ? production : built(overlay);
  let check: (manifest: Manifest) => string[] = () => ["not loaded"];

  beforeAll(async () => {
    check = await schemaCheck(objects);
  });

  test("fits the schemas of its kinds, and the forms here where there is none", () => {
    const [own, others] = [objects.filter(hasOwnForm), objects.filter((one) => !hasOwnForm(one))];
    expect(others.flatMap(check)).toEqual([]);
    expect(own.flatMap(checkOwnForm)).toEqual([]);
    expect(unknownFields(objects)).toEqual([]);
  });

  test("lets through the table of edges, and nothing else", () => {
    expect(judge(objects, overlay === "kind" ? edgesWithPostgresql : edgesOfProduction)).toEqual([]);
  });

  test("names and selects what is there, bounds each container, and asks it how it is", () => {
    expect(lintWorkloads(objects)).toEqual([]);
  });
});

describe.each([
  ["components/rate-limit", 2],
  ["components/global-rate-limit", 12],
  ["components/prometheus-operator", 1],
  ["components/partitions", 0],
  ["rollout", 4],
])("production with %s", (name, more) => {
  const objects = withComponent(["overlays/production"], name);
  const changed = objects.filter((one) => !production.some((same) => isDeepStrictEqual(same, one)));

  test("fits the schemas of its kinds, and names and selects what is there", async () => {
    const added = changed.filter((one) => !production.some((same) => nameOf(same) === nameOf(one)));
    expect(added).toHaveLength(more);
    const others = changed.filter((one) => !hasOwnForm(one));
    expect(others.flatMap(await schemaCheck(others))).toEqual([]);
    expect(changed.filter(hasOwnForm).flatMap(checkOwnForm)).toEqual([]);
    expect(unknownFields(changed)).toEqual([]);
    expect(lintWorkloads(objects)).toEqual([]);
  });

  test("lets through the table of edges, and nothing else", () => {
    const table = name === "components/global-rate-limit" ? edgesOfProductionWithLimits : edgesOfProduction;
    // By Argo the preview has no Service of its own, and pods do not know their colour.
    const byArgo = [
      "no header leads to the preview",
      ...["blue", "green"].map((colour) => `parts of a page of ${colour} come from elsewhere`),
    ];
    expect(judge(objects, table)).toEqual(name === "rollout" ? byArgo : []);
  });
});

describe("releases by Argo Rollouts", () => {
  const objects = withComponent(["overlays/production"], "rollout");
  const find = (kind: string, name: string) =>
    objects.find((one) => one.kind === kind && one.metadata.name === name);
  const virtualService = (name: string) => {
    const way = z.object({ tls: routes.optional(), http: routes.optional() });
    return way.parse(find("VirtualService", name)?.spec);
  };
  const routes = z.array(
    z.looseObject({
      name: z.string().optional(),
      match: z.array(z.looseObject({ port: z.number().optional() })),
      route: z.array(z.looseObject({ destination: z.looseObject({ host: z.string() }) })),
    }),
  );
  const canary = (name: string) => valueAt(find("Rollout", name), "spec", "strategy", "canary");

  test.each(["ingest", "web"])("leave no Deployment of %s that NoOps knows", (service) => {
    const known = objects.filter(
      ({ kind, metadata }) =>
        kind === "Deployment" &&
        metadata.labels?.["tapline.dev/service"] === service &&
        metadata.labels["tapline.dev/colour"] !== undefined,
    );
    expect(known).toEqual([]);
    const scaled = objects.filter(
      ({ kind, metadata }) => kind === "ScaledObject" && metadata.labels?.["tapline.dev/service"] === service,
    );
    expect(scaled.map((one) => valueAt(one, "spec", "scaleTargetRef", "kind"))).toEqual(["Rollout"]);
  });

  test.each(["ingest", "web"])("shift each route of %s that leads to both", (service) => {
    const { tls = [], http = [] } = virtualService(service);
    const shared = [...tls, ...http].filter(({ route }) => route.length === 2);
    const hosts = new Set(shared.flatMap(({ route }) => route.map(({ destination }) => destination.host)));
    const domain = "tapline.svc.cluster.local";
    const own = canary(service);
    expect([...hosts].sort()).toEqual(
      ["stableService", "canaryService"].map((field) => `${valueAt(own, field)}.${domain}`).sort(),
    );
    const shifted = valueAt(own, "trafficRouting", "istio", "virtualService");
    expect(valueAt(shifted, "name")).toBe(service);
    if (service === "web") expect(valueAt(shifted, "routes")).toEqual(shared.map(({ name }) => name));
    else
      expect(valueAt(shifted, "tlsRoutes")).toEqual(
        shared.map(({ match: [one] }) => ({ port: one?.port, sniHosts: valueAt(one, "sniHosts") })),
      );
    // Argo adds a hash to these; a colour beside it would select nobody of the new release.
    for (const colour of ["blue", "green"])
      expect(valueAt(find("Service", `${service}-${colour}`), "spec", "selector")).toEqual({
        "tapline.dev/service": service,
      });
    expect(find("AnalysisTemplate", service)).toBeDefined();
    expect(valueAt(own, "analysis", "templates")).toEqual([{ templateName: service }]);
  });
});

describe("the check of what runs", () => {
  const changed = (name: string, op: string, path: string, value?: unknown): readonly Manifest[] => {
    expect(production.map(nameOf)).toContain(name);
    return production.map((one) =>
      nameOf(one) === name ? manifestSchema.parse(jsonPatch(one, [{ op, path, value }])) : one,
    );
  };
  const pod = "/spec/template/spec";

  test.each([
    ["probe", "apps/v1/Deployment/tapline/kpi-blue", `${pod}/containers/0/readinessProbe`],
    ["probe of a store", "apps/v1/StatefulSet/tapline-data/redis", `${pod}/containers/0/livenessProbe`],
    ["limit", "apps/v1/Deployment/tapline/kpi-blue", `${pod}/containers/0/resources/limits`],
    ["request", "apps/v1/Deployment/tapline/kpi-blue", `${pod}/containers/0/resources/requests/cpu`],
    ["account", "apps/v1/Deployment/tapline/kpi-blue", `${pod}/serviceAccountName`],
    ["credential", "keda.sh/v1alpha1/ScaledObject/tapline/web-blue", "/spec/triggers/0/authenticationRef"],
  ])("misses a %s", (_, name, path) => {
    const faults = () => lintWorkloads(changed(name, "remove", path)).join("\n");
    const field = path.split("/").at(-1) ?? "";
    // What each object of a kind must have, its form asks for.
    expect(field.endsWith("Probe") ? faults() : messageOf(faults)).toContain(field);
  });

  test.each([
    ["v1/Service/tapline/web-blue", "/spec/selector/tapline.dev~1colour", "red", /selects nobody/],
    ["v1/Service/tapline/ingest", "/spec/ports/0/targetPort", 7446, /does not open/],
    [
      "policy/v1/PodDisruptionBudget/tapline/kpi",
      "/spec/selector/matchLabels/tapline.dev~1service",
      "kip",
      /selects nobody/,
    ],
    [
      "policy/v1/PodDisruptionBudget/tapline/kpi",
      "/spec/selector/matchLabels/tapline.dev~1service",
      "audit",
      /has 2 PodDisruptionBudgets/,
    ],
    [
      "keda.sh/v1alpha1/ScaledObject/tapline/web-blue",
      "/spec/scaleTargetRef/name",
      "web",
      /scales Deployment web/,
    ],
    [
      "keda.sh/v1alpha1/ScaledObject/tapline/web-blue",
      "/spec/triggers/0/metadata/service",
      "ingest",
      /asks for/,
    ],
    ["apps/v1/Deployment/tapline/kpi-blue", `${pod}/serviceAccountName`, "kip", /names ServiceAccount kip/],
    [
      "apps/v1/Deployment/tapline/kpi-blue",
      `${pod}/containers/0/envFrom/0/configMapRef/name`,
      "kip",
      /names ConfigMap kip/,
    ],
    [
      "apps/v1/Deployment/tapline/kpi-blue",
      "/spec/selector/matchLabels/tapline.dev~1colour",
      "green",
      /does not select its own pods/,
    ],
    [
      "networking.istio.io/v1/Sidecar/tapline/kpi",
      "/spec/workloadSelector/labels/app",
      "kip",
      /selects nobody/,
    ],
    [
      "apps/v1/Deployment/tapline/kpi-blue",
      `${pod}/containers/0/env/1/valueFrom/secretKeyRef/name`,
      "tapline-database-web",
      /kpi-blue takes of Secret tapline-database-web database-url, which is not its own/,
    ],
  ])("sees what is wrong with %s at %s", (name, path, value, fault) => {
    const op = path.endsWith("/app") ? "add" : "replace";
    expect(lintWorkloads(changed(name, op, path, value)).join("\n")).toMatch(fault);
  });

  test("sees a field of a workload that its kind does not know", () => {
    const name = "apps/v1/Deployment/tapline/kpi-blue";
    const wrong = changed(name, "add", `${pod}/containers/0/livenesProbe`, {}).filter(
      (one) => nameOf(one) === name,
    );
    expect(unknownFields(wrong)).toEqual([expect.stringContaining("livenesProbe")]);
  });

  test("sees what an ExternalSecret lacks, and what its kind does not know", async () => {
    const name = "external-secrets.io/v1/ExternalSecret/tapline/tapline-door";
    const only = (op: string, path: string, value?: unknown) =>
      changed(name, op, path, value).filter((one) => nameOf(one) === name);
    const wrong = only("replace", "/spec/target/creationPolicy", "Mine");
    expect(wrong.flatMap(await schemaCheck(wrong))).toEqual([expect.stringContaining("creationPolicy")]);
    const unknown = only("add", "/spec/refreshIntervall", "1h");
    expect(unknownFields(unknown)).toEqual([expect.stringContaining("refreshIntervall")]);
  });

  test("sees a field that an operator's object has not here", () => {
    const name = "postgresql.cnpg.io/v1/Cluster/tapline-data/tapline";
    const wrong = changed(name, "add", "/spec/instance", 3).filter((one) => nameOf(one) === name);
    expect(wrong.flatMap(checkOwnForm)).toEqual([expect.stringContaining("instance")]);
  });
});
