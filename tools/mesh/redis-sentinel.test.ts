import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edgesOfProduction, edgesWithPostgresql } from "./edges-of-components.ts";
import { isAtFault, judge } from "./judge.ts";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { mutantsOf } from "./mutants.ts";
import { readManifests, render } from "./render.ts";

const istio = join(import.meta.dirname, "../../istio");
const objects = render(join(istio, "overlays/production"));
const own = readManifests(join(istio, "components/redis-sentinel/access.yaml")).map(nameOf);
const policies = objects.filter((one) => own.includes(nameOf(one)));

/** Each line of a policy taken away by itself, but for those that say what holds where nothing is said. */
function changesOf(manifest: Manifest): { name: string; changed: Manifest }[] {
  return mutantsOf(manifest).flatMap(({ way, changed }) => {
    const read = manifestSchema.safeParse(changed);
    const name = `${nameOf(manifest)} ${way.join(".")}`;
    const isNothing = /AuthorizationPolicy.* spec\.action$|\.protocol$/.test(name);
    return read.success && !isNothing ? [{ name, changed: read.data }] : [];
  });
}

describe("a Redis that fails over", () => {
  test("is let through by its pods' own edges and those to its sentinels, which no line of a policy may lack", () => {
    expect(policies).toHaveLength(3);
    expect(judge(objects, edgesOfProduction)).toEqual([]);
    expect(judge(objects, edgesWithPostgresql)).not.toEqual([]);
    const survivors = policies.flatMap((manifest) => {
      const others = objects.filter((one) => one !== manifest);
      const left = isAtFault(others, manifest.kind, edgesOfProduction) ? [] : [nameOf(manifest)];
      const changes = changesOf(manifest)
        .filter(({ changed }) => !isAtFault([...others, changed], manifest.kind, edgesOfProduction))
        .map(({ name }) => name);
      return [...left, ...changes];
    });
    expect(survivors).toEqual([]);
  }, 120_000);
});
