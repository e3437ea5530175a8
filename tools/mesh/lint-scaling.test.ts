import { join } from "node:path";
import { policyOf } from "@tapline/core/balance";
import { segmentStages } from "@tapline/core/buffer";
import { meshServices } from "@tapline/core/telemetry";
import { describe, expect, test } from "vitest";
import { lintScaling } from "./lint-scaling.ts";
import { type Manifest, manifestSchema, nameOf, valueAt } from "./manifest.ts";
import { jsonPatch } from "./patch.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

const production = render(join(import.meta.dirname, "../../istio/overlays/production"));
const several = withComponent(["overlays/production"], "components/partitions");
const settings = "v1/ConfigMap/tapline/tapline-worker-settings";

function changed(objects: readonly Manifest[], name: string, path: string, value: unknown): Manifest[] {
  expect(objects.map(nameOf)).toContain(name);
  return objects.map((one) =>
    nameOf(one) === name ? manifestSchema.parse(jsonPatch(one, [{ op: "add", path, value }])) : one,
  );
}
const settingOf = (objects: readonly Manifest[], name: string) =>
  String(
    valueAt(
      objects.find((one) => nameOf(one) === settings),
      "data",
      name,
    ),
  );
const withSetting = (objects: readonly Manifest[], name: string, value: string) =>
  changed(objects, settings, `/data/${name}`, value);

test("one partition and several are what all workers know of, KEDA allows and balance wishes", () => {
  expect(lintScaling(production)).toEqual([]);
  expect(lintScaling(several)).toEqual([]);
});

test("with several partitions each stage may have as many replicas as they give work to, which balance can wish", () => {
  const partitions = Number(settingOf(several, "TAPLINE_PARTITIONS"));
  expect(partitions).toBeGreaterThan(1);
  for (const stage of segmentStages) {
    const most = policyOf(stage, { bounds: new Map([[stage, { min: 2, max: 100 }]]), partitions })?.max;
    expect(most).toBeGreaterThan(2);
    for (const colour of ["blue", "green"]) {
      const one = several.find(
        ({ kind, metadata }) => kind === "ScaledObject" && metadata.name === `${stage}-${colour}`,
      );
      expect([one?.metadata.name, valueAt(one, "spec", "maxReplicaCount")]).toEqual([
        ...[`${stage}-${colour}`, most],
      ]);
    }
  }
});

describe("it is told", () => {
  test.each(meshServices.filter((word) => word !== "web" && word !== "buffer"))(
    "where %s knows of other partitions than the rest",
    (service) => {
      const env = { name: "TAPLINE_PARTITIONS", value: "3" };
      const name = `apps/v1/Deployment/tapline/${service}-green`;
      const wrong = changed(several, name, "/spec/template/spec/containers/0/env/-", env);
      expect(lintScaling(wrong)).toEqual([`${name} has TAPLINE_PARTITIONS 3, and buffer 4`]);
    },
  );

  test("where processes take no settings, and so know of one partition", () => {
    const name = "apps/v1/Deployment/tapline/kpi-blue";
    const wrong = changed(several, name, "/spec/template/spec/containers/0/envFrom", []);
    expect(lintScaling(wrong)).toEqual([`${name} has TAPLINE_PARTITIONS unset, and buffer 4`]);
  });

  test("where a stage may have more replicas than the partitions give work to", () => {
    const idle = lintScaling(withSetting(several, "TAPLINE_PARTITIONS", "3"));
    expect(idle).toEqual(
      [["validation", 5, 4] as const, ["encryption", 5, 4] as const, ["transfer", 8, 6] as const].flatMap(
        ([stage, allowed, most]) =>
          ["blue", "green"].map(
            (colour) =>
              `keda.sh/v1alpha1/ScaledObject/tapline/${stage}-${colour} allows ${allowed}, and 3 partitions give work to ${most}`,
          ),
      ),
    );
  });

  test("where balance wishes for more, or for less, than there may be", () => {
    const bounds = settingOf(several, "TAPLINE_BALANCE_BOUNDS");
    const wish = (text: string) => lintScaling(withSetting(several, "TAPLINE_BALANCE_BOUNDS", text));
    expect(wish(bounds.replace("validation=2-5", "validation=2-9"))).toEqual([
      "balance does not wish for validation=2-5",
      "balance wishes for validation=2-9, which may not be",
    ]);
    expect(wish(bounds.replace(",kpi=2-2", ""))).toEqual(["balance does not wish for kpi=2-2"]);
    const green = changed(
      several,
      "keda.sh/v1alpha1/ScaledObject/tapline/web-green",
      "/spec/maxReplicaCount",
      3,
    );
    expect(lintScaling(green)).toEqual(["balance does not wish for web=2-3"]);
  });
});
