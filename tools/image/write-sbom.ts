import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Enums, Models, Serialize, SPDX, Spec } from "@cyclonedx/cyclonedx-library";
import { type Lock, neededBy, readLock } from "./production-packages.ts";

/**
 * Writes what packages the image holds, in CycloneDX 1.6, from the very list that it was made of: `npm sbom` goes by what a lock allows,
 * names packages of other machines, and leaves out what workspaces bring.
 * @param paths in the lock, as `writeTree` has written them
 * @returns how many it names
 */
export async function writeSbom(root: string, paths: readonly string[], to: string): Promise<number> {
  const lock = readLock(await readFile(join(root, "package-lock.json"), "utf8"));
  const bom = sbomOf(lock, paths);
  const json = new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6);
  await writeFile(to, new Serialize.JsonSerializer(json).serialize(bom, { sortLists: true, space: 2 }));
  return bom.components.size;
}

/** @throws Error that names a path of which the lock has no version */
export function sbomOf(lock: Lock, paths: readonly string[]): Models.Bom {
  // A link is the workspace that it leads to, which is named itself.
  const packages = paths.filter((path) => lock.packages[path]?.link !== true);
  const components = new Map(packages.map((path) => [path, componentOf(lock, path)]));
  for (const [path, { dependencies }] of components)
    for (const needed of neededBy(lock, path)) {
      const component = components.get(needed);
      if (component !== undefined) dependencies.add(component.bomRef);
    }
  const { name = "tapline", version } = lock.packages[""] ?? {};
  const whole = new Models.Component(Enums.ComponentType.Application, name, { version, bomRef: name });
  for (const { bomRef } of components.values()) whole.dependencies.add(bomRef);
  return new Models.Bom({
    metadata: new Models.Metadata({ component: whole }),
    components: new Models.ComponentRepository(components.values()),
  });
}

function componentOf({ packages }: Lock, path: string): Models.Component {
  const { version, license, integrity, name = path.split("node_modules/").at(-1) } = packages[path] ?? {};
  if (version === undefined || name === undefined)
    throw new Error(`package-lock.json has no version of ${path}: run npm install`);
  const [own = "", group] = name.split("/").reverse();
  return new Models.Component(Enums.ComponentType.Library, own, {
    ...{
      group,
      version,
      bomRef: path,
      purl: `pkg:npm/${name.replace("@", "%40")}@${encodeURIComponent(version)}`,
    },
    hashes: new Models.HashDictionary(integrity === undefined ? [] : [hashOf(integrity)]),
    licenses: new Models.LicenseRepository(license === undefined ? [] : [licenseOf(license)]),
    // The same package may lie in several places.
    properties: new Models.PropertyRepository([new Models.Property("cdx:npm:package:path", path)]),
  });
}

/** @param integrity as the lock has it: `sha512-` and base64 */
function hashOf(integrity: string): [Enums.HashAlgorithm, string] {
  const digest = integrity.replace(/^sha512-/, "");
  return [Enums.HashAlgorithm["SHA-512"], Buffer.from(digest, "base64").toString("hex")];
}

function licenseOf(text: string): Models.SpdxLicense | Models.NamedLicense | Models.LicenseExpression {
  if (SPDX.isSupportedSpdxId(text)) return new Models.SpdxLicense(text);
  return / (AND|OR) /.test(text) ? new Models.LicenseExpression(text) : new Models.NamedLicense(text);
}
