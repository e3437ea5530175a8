import type { Edge } from "@tapline/core/telemetry";
import { isAtFault } from "./judge.ts";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { mutantsOf } from "./mutants.ts";

/** Each line of an object taken away by itself, but for those that say what holds where nothing is said. */
export function changesOf(manifest: Manifest): { name: string; changed: Manifest }[] {
  return mutantsOf(manifest).flatMap(({ way, changed }) => {
    const read = manifestSchema.safeParse(changed);
    const name = `${nameOf(manifest)} ${way.join(".")}`;
    const isNothing = /AuthorizationPolicy.* spec\.action$|\.protocol$/.test(name);
    return read.success && !isNothing ? [{ name, changed: read.data }] : [];
  });
}

/** What of the policies can be taken away, whole or by the line, without a fault of these objects against the table of edges. */
export function survivorsOf(
  policies: readonly Manifest[],
  objects: readonly Manifest[],
  edges: readonly Edge[],
): string[] {
  return policies.flatMap((manifest) => {
    const others = objects.filter((one) => one !== manifest);
    const left = isAtFault(others, manifest.kind, edges) ? [] : [nameOf(manifest)];
    const changes = changesOf(manifest)
      .filter(({ changed }) => !isAtFault([...others, changed], manifest.kind, edges))
      .map(({ name }) => name);
    return [...left, ...changes];
  });
}
