import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { edgesWithGlobalLimits } from "./edges-of-components.ts";
import { globalLimits } from "./forms-of-limits.ts";
import { judge } from "./judge.ts";
import { lintForms } from "./lint-forms.ts";
import { type Manifest, nameOf, valueAt } from "./manifest.ts";
import { mutantsOf, weakened } from "./mutants.ts";
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
  domain: z.literal("tapline"),
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

describe("limits that all gateways keep together", () => {
  test("are known to the service for whatever the filters name, and for nothing else", () => {
    expect(configured.descriptors.map(({ value }) => value).sort()).toEqual(["agents", "console"]);
  });

  test("have the form of the house, of which no line may be missing or weaker", () => {
    expect(lintForms(withComponent(["overlays/production"], "components/global-rate-limit"))).toEqual([]);
    const formed = own.filter(({ kind, metadata }) => globalLimits[`${kind} ${metadata.name}`] !== undefined);
    expect(formed).toHaveLength(Object.keys(globalLimits).length);
    const left = formed.flatMap((one) => {
      const form = globalLimits[`${one.kind} ${one.metadata.name}`];
      return [...mutantsOf(one), ...weakened(one)]
        .filter(({ changed }) => form?.safeParse(changed).success)
        .map(({ way }) => `${nameOf(one)} ${way.join(".")}`);
    });
    // Which version runs is an installation's own.
    expect(left.filter((name) => !name.endsWith(".image"))).toEqual([]);
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
