import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isAtFault, judge } from "./judge.ts";
import { type Manifest, manifestSchema, nameOf } from "./manifest.ts";
import { mutantsOf } from "./mutants.ts";
import { render } from "./render.ts";

const istio = join(import.meta.dirname, "../../istio");
const mesh: readonly Manifest[] = [...render(join(istio, "base")), ...render(join(istio, "mesh"))];

const judged =
  /^(AuthorizationPolicy|PeerAuthentication|NetworkPolicy|Sidecar|DestinationRule|VirtualService|ServiceEntry|Gateway)$/;

/** Lines that may go without any effect, and why. */
const equivalent: readonly (readonly [RegExp, string])[] = [
  [/AuthorizationPolicy.* spec\.action$/, "ALLOW is what a policy does where it does not say"],
  [/NetworkPolicy.*\.ports\.\d+\.protocol$/, "TCP is the protocol where none is named"],
];

describe("the mesh", () => {
  test("lets through the table of edges, and nothing else", () => {
    expect(judge(mesh)).toEqual([]);
  });

  test("fails a check whatever line of a policy is taken away", () => {
    const survivors = mesh
      .filter(({ kind }) => judged.test(kind))
      .flatMap((manifest) => {
        const others = mesh.filter((one) => one !== manifest);
        return mutantsOf(manifest).flatMap(({ way, changed }) => {
          const read = manifestSchema.safeParse(changed);
          const name = `${nameOf(manifest)} ${way.join(".")}`;
          if (!read.success || equivalent.some(([pattern]) => pattern.test(name))) return [];
          return isAtFault([...others, read.data], manifest.kind) ? [] : [name];
        });
      });
    expect(survivors).toEqual([]);
  }, 300_000);

  test("fails a check whatever policy is taken away", () => {
    const survivors = mesh
      .filter(({ kind }) => judged.test(kind))
      .filter(
        (manifest) =>
          !isAtFault(
            mesh.filter((one) => one !== manifest),
            manifest.kind,
          ),
      );
    expect(survivors.map(nameOf)).toEqual([]);
  }, 300_000);
});
