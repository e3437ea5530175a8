import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { productionPackages, readLock } from "./production-packages.ts";
import { imageWorkspaces, neverLoaded } from "./write-tree.ts";

const lock = readLock(
  JSON.stringify({
    packages: {
      "": { devDependencies: { tests: "1" } },
      "apps/a": { dependencies: { one: "1", "@our/core": "*" }, devDependencies: { tests: "1" } },
      "packages/core": { dependencies: { two: "1" } },
      "node_modules/@our/core": { link: true, resolved: "packages/core" },
      "node_modules/one": {
        dependencies: { two: "2" },
        optionalDependencies: { "for-other-machines": "1" },
        peerDependencies: { peer: "1", "maybe-peer": "1" },
        peerDependenciesMeta: { "maybe-peer": { optional: true } },
      },
      "node_modules/one/node_modules/two": {},
      "node_modules/two": {},
      "node_modules/peer": {},
      "node_modules/maybe-peer": {},
      "node_modules/for-other-machines": {},
      "node_modules/tests": {},
    },
  }),
);
const nothing = /^$/;
const here = (path: string) => path !== "node_modules/for-other-machines";

test("takes what production needs, as Node finds it: nested ones, linked ones and peers, and nothing else", () => {
  expect(productionPackages(lock, ["apps/a"], nothing, here)).toEqual([
    ...["apps/a", "node_modules/@our/core", "node_modules/one", "node_modules/one/node_modules/two"],
    ...["node_modules/peer", "node_modules/two", "packages/core"],
  ]);
});

test("names who needs what is not installed, unless it can do without", () => {
  const without = (missing: string) => (path: string) => here(path) && path !== missing;
  expect(() => productionPackages(lock, ["apps/a"], nothing, without("node_modules/peer"))).toThrow(
    "node_modules/one needs peer, which is not installed",
  );
});

test("leaves out what nobody loads, and what that alone brings", () => {
  expect(productionPackages(lock, ["apps/a"], /^one$/, here)).toEqual([
    ...["apps/a", "node_modules/@our/core", "node_modules/two", "packages/core"],
  ]);
});

test("the image has no compiler of types, which packages ask for as a peer and none depends on", () => {
  const root = join(import.meta.dirname, "../..");
  const own = readLock(readFileSync(join(root, "package-lock.json"), "utf8"));
  const of = (left: RegExp) =>
    productionPackages(own, imageWorkspaces, left, (path) => existsSync(join(root, path)));
  const isCompiler = (path: string): boolean => /node_modules\/(?:@typescript\/|typescript$)/.test(path);
  expect(of(nothing).filter(isCompiler).length).toBeGreaterThan(1);
  const taken = of(neverLoaded);
  expect(taken.filter(isCompiler)).toEqual([]);
  expect(taken.filter((path) => own.packages[path]?.dependencies.typescript !== undefined)).toEqual([]);
});
