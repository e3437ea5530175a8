import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { schemaCheck, unknownFields } from "./check-schemas.ts";
import { checkOwnForm, hasOwnForm } from "./forms-of-operators.ts";
import { judge } from "./judge.ts";
import { lintWorkloads } from "./lint-workloads.ts";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { jsonPatch } from "./patch.ts";
import { render } from "./render.ts";

const messageOf = (act: () => unknown): string => {
  try {
    return String(act());
  } catch (error) {
    return String(error);
  }
};
const built = (overlay: string): readonly Manifest[] =>
  render(join(import.meta.dirname, "../../istio/overlays", overlay));

describe.each(["production", "dev", "kind"])("the overlay %s, as it is applied", (overlay) => {
  const objects = built(overlay);
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
    expect(judge(objects)).toEqual([]);
  });

  test("names and selects what is there, bounds each container, and asks it how it is", () => {
    expect(lintWorkloads(objects)).toEqual([]);
  });
});

describe("the check of what runs", () => {
  const objects = built("production");
  const changed = (name: string, op: string, path: string, value?: unknown): readonly Manifest[] => {
    expect(objects.map(nameOf)).toContain(name);
    return objects.map((one) =>
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

  test("sees a field that an operator's object has not here", () => {
    const name = "postgresql.cnpg.io/v1/Cluster/tapline-data/tapline";
    const wrong = changed(name, "add", "/spec/instance", 3).filter((one) => nameOf(one) === name);
    expect(wrong.flatMap(checkOwnForm)).toEqual([expect.stringContaining("instance")]);
  });
});
