import { join } from "node:path";
import type { Edge } from "@tapline/core/telemetry";
import { describe, expect, test, vi } from "vitest";
import { edgesOfProduction, edgesWithPostgresql } from "./edges-of-components.ts";
import { isAtFault, judge } from "./judge.ts";
import { formFaults, lintForms } from "./lint-forms.ts";
import { lintWorkloads } from "./lint-workloads.ts";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { type Mutant, mutantsOf, weakened } from "./mutants.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

// Thousands of changes, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 300_000 });

type Installation = Readonly<{ objects: readonly Manifest[]; edges: readonly Edge[] }>;
const production: Installation = {
  objects: withComponent(["overlays/production"], "components/rate-limit"),
  edges: edgesOfProduction,
};
/** Its Redis is one by itself. */
const kind: Installation = {
  objects: render(join(import.meta.dirname, "../../istio/overlays/kind")),
  edges: edgesWithPostgresql,
};

const held =
  /^(Namespace|ServiceAccount|Deployment|StatefulSet|Job|PodDisruptionBudget|Service|ScaledObject|TriggerAuthentication|Telemetry|RoleBinding|ValidatingAdmissionPolicyBinding|EnvoyFilter)$/;
const those: readonly (readonly [Installation, Manifest])[] = [
  ...production.objects.filter((one) => held.test(one.kind)).map((one) => [production, one] as const),
  ...kind.objects
    .filter((one) => held.test(one.kind) && one.metadata.name === "redis")
    .map((one) => [kind, one] as const),
];
const kinds = [...new Set(those.map(([, one]) => one.kind))];

/** Changes without any effect that would be wrong, and why. */
const equivalent: readonly (readonly [RegExp, string])[] = [
  [/\/Service\/.* spec\.type$/, "ClusterIP is what a Service is where it does not say"],
  [
    /spec\.containers\.0\.(env|envFrom)(\.\d+)?$/,
    "which settings a process has: tools/image/services.test.ts",
  ],
];
/** Where another value is as good as far as these checks see, and who sees it. */
const free: readonly (readonly [RegExp, string])[] = [
  [/\.(env|envFrom)\.\d+\./, "values of settings: tools/image/services.test.ts, lint-sign-ins.test.ts"],
  [/\.volumes\.\d+\.(secret|configMap)\./, "whose keys: tools/image/services.test.ts, lint-sign-ins.test.ts"],
  [/\.volumeMounts\.\d+\.mountPath$/, "where settings look for files: tools/image/services.test.ts"],
  [/\.image$/, "which version runs: tools/image/overlays.test.ts"],
  [/Namespace\/tapline.* metadata\./, "names of namespaces are nobody's rule"],
  [
    / metadata\.(name|namespace)$/,
    "an object of another name is another one: what it was for is missed below",
  ],
  [/ apiVersion$| kind$/, "the schemas of the kinds"],
];

const isFree = (list: typeof free, name: string) => list.some(([pattern]) => pattern.test(name));

/** Those of the changes of an object that no check misses anything by. */
function survivors(
  { objects, edges }: Installation,
  manifest: Manifest,
  mutants: readonly Mutant[],
  list: readonly (readonly [RegExp, string])[],
): string[] {
  const others = objects.filter((one) => one !== manifest);
  return mutants.flatMap(({ way, changed }) => {
    const name = `${nameOf(manifest)} ${way.join(".")}`;
    const read = manifestSchema.safeParse(changed);
    if (!read.success || isFree(list, name)) return [];
    const all = [...others, read.data];
    if (formFaults(all, read.data).length > 0) return [];
    if (isAtFault(all, manifest.kind, edges)) return [];
    try {
      return lintWorkloads(all).length > 0 ? [] : [name];
    } catch {
      return [];
    }
  });
}

test.each(["production", "dev", "kind"])("the overlay %s has the forms of the house", (overlay) => {
  expect(lintForms(render(join(import.meta.dirname, "../../istio/overlays", overlay)))).toEqual([]);
});

test("limits of single proxies have the form of the house", () => {
  expect(lintForms(production.objects)).toEqual([]);
});

test("several partitions have the form of the house", () => {
  expect(lintForms(withComponent(["overlays/production"], "components/partitions"))).toEqual([]);
});

describe.each(kinds)("of each %s", (name) => {
  const own = those.filter(([, one]) => one.kind === name);

  test("no line may be missing", () => {
    expect(own.flatMap(([all, one]) => survivors(all, one, mutantsOf(one), equivalent))).toEqual([]);
  });

  test("no line may be weaker", () => {
    expect(own.flatMap(([all, one]) => survivors(all, one, weakened(one), free))).toEqual([]);
  });
});

test("no object may be missing", () => {
  // Of a component there is as much as it lists: overlays.test.ts.
  const left = those.filter(([{ objects, edges }, one]) => {
    if (one.kind === "EnvoyFilter") return false;
    const others = objects.filter((other) => other !== one);
    return ![lintForms, lintWorkloads, (all: Manifest[]) => judge(all, edges)].some(
      (check) => check(others).length > 0,
    );
  });
  expect(left.map(([, one]) => nameOf(one))).toEqual([]);
});
