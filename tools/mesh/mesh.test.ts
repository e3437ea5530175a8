import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { schemaCheck, unknownFields } from "./check-schemas.ts";
import type { Manifest } from "./manifest.ts";
import { readManifests, render } from "./render.ts";

const istio = join(import.meta.dirname, "../../istio");
const mesh: readonly Manifest[] = [...render(join(istio, "base")), ...render(join(istio, "mesh"))];
const all = [
  ...mesh,
  ...["services/noops-rbac.yaml", "services/noops-admission.yaml"].flatMap((path) =>
    readManifests(join(istio, path)),
  ),
];

describe("the manifests", () => {
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
