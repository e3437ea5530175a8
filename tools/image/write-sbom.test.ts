import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { productionPackages, readLock } from "./production-packages.ts";
import { writeSbom } from "./write-sbom.ts";
import { imageWorkspaces, neverLoaded } from "./write-tree.ts";

// A schema with all licences of SPDX is compiled, on a machine that is busy with something else.
vi.setConfig({ testTimeout: 120_000 });

const root = join(import.meta.dirname, "../..");
const lock = readLock(readFileSync(join(root, "package-lock.json"), "utf8"));
const paths = productionPackages(lock, imageWorkspaces, neverLoaded, (path) => existsSync(join(root, path)));
const folder = mkdtempSync(join(tmpdir(), "tapline-sbom-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bomSchema = z.object({
  specVersion: z.literal("1.6"),
  components: z.array(
    z.object({
      "bom-ref": z.string(),
      version: z.string(),
      purl: z.string(),
      hashes: z.array(z.object({ alg: z.literal("SHA-512"), content: z.string().length(128) })).optional(),
    }),
  ),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});
let text = "";
let named = 0;
beforeAll(async () => {
  named = await writeSbom(root, paths, join(folder, "sbom.cdx.json"));
  text = readFileSync(join(folder, "sbom.cdx.json"), "utf8");
});

test("fits CycloneDX's own schema, strictly; what does not is seen", async () => {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  expect(await validator.validate(text)).toBeNull();
  expect(await validator.validate(text.replace('"type": "library"', '"type": "book"'))).not.toBeNull();
});

test("names each package that the image is made of, and no other, by what is installed", () => {
  const { components } = bomSchema.parse(JSON.parse(text));
  const wanted = paths.filter((path) => !lock.packages[path]?.link);
  expect(components.map((one) => one["bom-ref"]).sort()).toEqual(wanted.toSorted());
  expect(named).toBe(wanted.length);
  const packageSchema = z.object({ name: z.string(), version: z.string() });
  for (const { "bom-ref": path, purl, version, hashes } of components) {
    const own = packageSchema.parse(JSON.parse(readFileSync(join(root, path, "package.json"), "utf8")));
    expect([version, decodeURIComponent(purl)]).toEqual([own.version, `pkg:npm/${own.name}@${own.version}`]);
    // What npm fetched has its digest; what stands in this repository has none.
    expect([path, hashes?.length ?? 0]).toEqual([path, path.includes("node_modules/") ? 1 : 0]);
  }
});

test("says who needs whom, each of them by its place", () => {
  const { components, dependencies } = bomSchema.parse(JSON.parse(text));
  const refs = new Set(components.map((one) => one["bom-ref"]));
  const of = (ref: string) => dependencies.find((one) => one.ref === ref)?.dependsOn ?? [];
  expect(of("apps/worker")).toEqual(expect.arrayContaining(["packages/core", "packages/core/adapters"]));
  expect(of("packages/core")).toContain("node_modules/@bufbuild/cel");
  expect(dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual([]);
});
