import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { schemaCheck, unknownFields } from "./check-schemas.ts";
import { edgesWithPostgresql } from "./edges-of-components.ts";
import { checkOwnForm, hasOwnForm } from "./forms-of-operators.ts";
import { judge } from "./judge.ts";
import { lintWorkloads } from "./lint-workloads.ts";
import { type Manifest, nameOf, valueAt } from "./manifest.ts";
import { render } from "./render.ts";
import { changesOf, survivorsOf } from "./surviving-lines.fixture.ts";
import { withComponent } from "./with-component.fixture.ts";

const base = ["base", "mesh"];
const before = base.flatMap((folder) => render(join(import.meta.dirname, "../../istio", folder)));
const objects = withComponent(base, "components/postgresql-cnpg");
const own = objects.filter((one) => !before.some((same) => isDeepStrictEqual(same, one)));
const policies = own.filter((one) => !hasOwnForm(one));

describe("PostgreSQL by CloudNativePG", () => {
  test("fits the schemas of its kinds, and selects the operator's pods", async () => {
    expect(policies.map(nameOf)).toEqual([
      "security.istio.io/v1/AuthorizationPolicy/tapline-data/postgresql-instances",
      "networking.k8s.io/v1/NetworkPolicy/tapline-data/postgresql-instances",
    ]);
    expect(policies.flatMap(await schemaCheck(policies))).toEqual([]);
    expect(unknownFields(policies)).toEqual([]);
    const idle = lintWorkloads(objects).filter((fault) => fault.includes("postgresql-instances"));
    expect(idle).toEqual([]);
  }, 180_000);

  test("is let through by its operator's and its own edges, which no line of a policy may lack", () => {
    expect(judge(objects, edgesWithPostgresql)).toEqual([]);
    expect(judge(before, edgesWithPostgresql)).not.toEqual([]);
    expect(judge(objects)).not.toEqual([]);
    expect(survivorsOf(policies, objects, edgesWithPostgresql)).toEqual([]);
  }, 120_000);

  test("has the operator's port past its proxies, and no other", () => {
    const [cluster] = own.filter(hasOwnForm);
    if (cluster === undefined) throw new Error("the component has no Cluster");
    expect(checkOwnForm(cluster)).toEqual([]);
    const changes = changesOf(cluster).filter(({ name }) => name.includes("inheritedMetadata"));
    expect(changes.length).toBeGreaterThanOrEqual(4);
    expect(changes.filter(({ changed }) => checkOwnForm(changed).length === 0)).toEqual([]);
    const annotations = Object.entries(
      valueAt(cluster, "spec", "inheritedMetadata", "annotations") as object,
    );
    for (const [name] of annotations) {
      const more = structuredClone(cluster) as Manifest & {
        spec: { inheritedMetadata: { annotations: object } };
      };
      Object.assign(more.spec.inheritedMetadata.annotations, { [name]: "5432,8000" });
      expect(checkOwnForm(more)).toEqual([expect.stringContaining(name)]);
    }
  });
});
