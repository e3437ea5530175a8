import { expect, test } from "vitest";
import { productionPackages, readLock } from "./production-packages.ts";

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
const here = (path: string) => path !== "node_modules/for-other-machines";

test("takes what production needs, as Node finds it: nested ones, linked ones and peers, and nothing else", () => {
  expect(productionPackages(lock, ["apps/a"], here)).toEqual([
    ...["apps/a", "node_modules/@our/core", "node_modules/one", "node_modules/one/node_modules/two"],
    ...["node_modules/peer", "node_modules/two", "packages/core"],
  ]);
});

test("names who needs what is not installed, unless it can do without", () => {
  const without = (missing: string) => (path: string) => here(path) && path !== missing;
  expect(() => productionPackages(lock, ["apps/a"], without("node_modules/peer"))).toThrow(
    "node_modules/one needs peer, which is not installed",
  );
});
