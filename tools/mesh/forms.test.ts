import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { edgesWithPostgresql } from "./edges-of-components.ts";
import { isAtFault, judge } from "./judge.ts";
import { formFaults, lintForms } from "./lint-forms.ts";
import { lintWorkloads } from "./lint-workloads.ts";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { type Mutant, mutantsOf, weakened } from "./mutants.ts";
import { render } from "./render.ts";
import { withComponent } from "./with-component.fixture.ts";

// Thousands of changes, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 300_000 });

const objects = withComponent(["overlays/production"], "components/rate-limit");

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
    if (isAtFault(all, manifest.kind, edgesWithPostgresql)) return [];
    try {
      return lintWorkloads(all).length > 0 ? [] : [name];
    } catch {
      return [];
    }
  });
}

const held =
  /^(Namespace|ServiceAccount|Deployment|StatefulSet|Job|PodDisruptionBudget|Service|ScaledObject|TriggerAuthentication|Telemetry|RoleBinding|ValidatingAdmissionPolicyBinding|EnvoyFilter)$/;
const those = objects.filter(({ kind }) => held.test(kind));
const kinds = [...new Set(those.map(({ kind }) => kind))];

test.each(["production", "dev", "kind"])("the overlay %s has the forms of the house", (overlay) => {
  expect(lintForms(render(join(import.meta.dirname, "../../istio/overlays", overlay)))).toEqual([]);
});

test("limits of single proxies have the form of the house", () => {
  expect(lintForms(objects)).toEqual([]);
});

test("several partitions have the form of the house", () => {
  expect(lintForms(withComponent(["overlays/production"], "components/partitions"))).toEqual([]);
});

describe.each(kinds)("of each %s", (kind) => {
  const own = those.filter((one) => one.kind === kind);

  test("no line may be missing", () => {
    expect(own.flatMap((one) => survivors(one, mutantsOf(one), equivalent))).toEqual([]);
  });

  test("no line may be weaker", () => {
    expect(own.flatMap((one) => survivors(one, weakened(one), free))).toEqual([]);
  });
});

test("no object may be missing", () => {
  // Of a component there is as much as it lists: overlays.test.ts.
  const left = those.filter((one) => {
    if (one.kind === "EnvoyFilter") return false;
    const others = objects.filter((other) => other !== one);
    return ![lintForms, lintWorkloads, (all: Manifest[]) => judge(all, edgesWithPostgresql)].some(
      (check) => check(others).length > 0,
    );
  });
  expect(left.map(nameOf)).toEqual([]);
});
