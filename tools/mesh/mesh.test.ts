import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { schemaCheck, unknownFields } from "./check-schemas.ts";
import { type Manifest, valueAt } from "./manifest.ts";
import { readManifests, render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

// A compiler is started in some of them, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 180_000 });

const istio = join(import.meta.dirname, "../../istio");
const mesh: readonly Manifest[] = [...render(join(istio, "base")), ...render(join(istio, "mesh"))];
const all = [
  ...mesh,
  ...["services/noops-rbac.yaml", "services/noops-admission.yaml"].flatMap((path) =>
    readManifests(join(istio, path)),
  ),
];

describe("the manifests", () => {
  test.each([
    ["drills/slow-console", "delay"],
    ["drills/failing-console", "abort"],
  ])("take %s, which puts a fault into one route", async (name, fault) => {
    const drilled = withComponent(["base", "mesh"], name);
    const changed = drilled.filter((one) => !mesh.some((same) => isDeepStrictEqual(same, one)));
    expect(changed.map(({ metadata }) => metadata.name)).toEqual(["web"]);
    const routes = z.array(z.looseObject({ fault: z.record(z.string(), z.unknown()).default({}) }));
    const faults = routes
      .parse(valueAt(changed[0], "spec", "http"))
      .flatMap((route) => Object.keys(route.fault));
    expect(faults).toEqual([fault]);
    expect(changed.flatMap(await schemaCheck(changed))).toEqual([]);
    expect(unknownFields(changed)).toEqual([]);
  });

  test("fit the schemas of their kinds", async () => {
    const check = await schemaCheck(all);
    expect(all.flatMap(check)).toEqual([]);
  });

  test("have no field that their kinds do not know", () => {
    expect(unknownFields(all)).toEqual([]);
  });

  test("are refused where a field is misspelt, missing, or of another type", async () => {
    const wrong = (spec: object): Manifest => ({
      ...{ apiVersion: "security.istio.io/v1", kind: "AuthorizationPolicy", metadata: { name: "wrong" } },
      spec,
    });
    const check = await schemaCheck([wrong({})]);
    expect(check(wrong({ action: "LET" }))).toHaveLength(1);
    expect(unknownFields([wrong({ rules: [{ form: [] }] })])).toEqual([expect.stringContaining("form")]);
  });
});
