import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Manifest, nameOf } from "./manifest.ts";

const root = join(import.meta.dirname, "../..");

/** Packages that hold the schemas of a group's kinds, as validators and as types. */
const packages: readonly (readonly [RegExp, string])[] = [
  [/\.istio\.io\//, "@kubernetes-models/istio"],
  [/^keda\.sh\//, "@kubernetes-models/keda"],
  [/^argoproj\.io\//, "@kubernetes-models/argo-rollouts"],
  [/^external-secrets\.io\//, "@kubernetes-models/external-secrets"],
  [/^gateway\.networking\.k8s\.io\//, "@kubernetes-models/gateway-api"],
  [/^monitoring\.coreos\.com\//, "@kubernetes-models/prometheus-operator"],
  [/^(v1$|[a-z]+\/|[a-z.]+\.k8s\.io\/)/, "kubernetes-models"],
];

function moduleOf({ apiVersion, kind }: Manifest): string | null {
  const found = packages.find(([group]) => group.test(apiVersion));
  return found === undefined ? null : `${found[1]}/${apiVersion}/${kind}`;
}

type Model = new (data: object) => { validate: () => void };

const models = new Map<string, Model>();

async function modelOf(manifest: Manifest): Promise<Model | null> {
  const path = moduleOf(manifest);
  if (path === null) return null;
  const known = models.get(path);
  if (known !== undefined) return known;
  const loaded = (await import(path).catch(() => ({}))) as Record<string, Model>;
  const model = loaded[manifest.kind];
  if (model !== undefined) models.set(path, model);
  return model ?? null;
}

/** Loads the validators of these kinds. @returns a check of single manifests: what of them does not fit, empty where all does */
export async function schemaCheck(manifests: readonly Manifest[]): Promise<(manifest: Manifest) => string[]> {
  for (const manifest of manifests) await modelOf(manifest);
  return (manifest) => {
    const model = models.get(moduleOf(manifest) ?? "");
    if (model === undefined) return [`${nameOf(manifest)}: no schema is known of this kind`];
    try {
      new model(manifest).validate();
      return [];
    } catch (error) {
      return [`${nameOf(manifest)}: ${error instanceof Error ? error.message : String(error)}`];
    }
  };
}

/**
 * Fields that no schema knows: validators take them, an API server drops or refuses them. Found by writing each manifest as a
 * literal of its type for the compiler, which refuses what the type does not have.
 * @returns what does not fit, by manifest
 */
export function unknownFields(manifests: readonly Manifest[]): string[] {
  const known = manifests.filter((manifest) => moduleOf(manifest) !== null);
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "tapline-manifests-"));
  try {
    const starts: { line: number; name: string }[] = [];
    const lines = known.flatMap((manifest, index) => {
      const { apiVersion, kind } = manifest;
      const module = moduleOf(manifest) ?? "";
      const plain = plainTypes(module);
      const own = `${apiVersion}-${kind}`.replaceAll("/", "-");
      if (plain !== null) writeFileSync(join(folder, `${own}.d.ts`), plain);
      const type = `import("${plain === null ? module : `./${own}.js`}").I${kind}`;
      return `export const manifest${index}: ${type} = ${JSON.stringify(manifest, null, 1)};`
        .split("\n")
        .map((text, line) => ({ text, name: line === 0 ? nameOf(manifest) : null }));
    });
    lines.forEach(({ name }, line) => {
      if (name !== null) starts.push({ line: line + 1, name });
    });
    const path = join(folder, "manifests.ts");
    writeFileSync(path, lines.map(({ text }) => text).join("\n"));
    const compiler = join(createRequire(import.meta.url).resolve("typescript/package.json"), "../bin/tsc");
    const flags = ["--noEmit", "--strict", "--skipLibCheck", "--ignoreConfig", "--pretty", "false"];
    const options = ["--module", "nodenext", "--target", "esnext", "--types", ""];
    const { stdout } = spawnSync(process.execPath, [compiler, ...flags, ...options, path], {
      encoding: "utf8",
      cwd: folder,
    });
    return stdout.split("\n").flatMap((line) => {
      const found = /\((\d+),\d+\): error \w+: (.*)$/.exec(line);
      if (found === null) return /error/.test(line) ? [line] : [];
      const at = starts.findLast((start) => start.line <= Number(found[1]));
      return [`${at?.name ?? "?"}: ${found[2]}`];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A kind's types as one plain object: where a type says of several fields that one excludes the other, by intersections, the compiler
 * takes fields that it does not know. Validators look after what excludes what.
 * @returns null where they are plain
 */
function plainTypes(module: string): string | null {
  const [scope = "", name = ""] = module.split("/");
  const holder = scope.startsWith("@") ? `${scope}/${name}` : scope;
  const folder = join(createRequire(import.meta.url).resolve(`${holder}/package.json`), "..");
  const text = readFileSync(join(folder, `${module.slice(holder.length + 1)}.d.ts`), "utf8");
  let plain = text.replaceAll(/\/\*[\s\S]*?\*\//g, "");
  if (!plain.includes("& (")) return null;
  for (let at = plain.indexOf("& ("); at >= 0; at = plain.indexOf("& (")) {
    let [end, depth] = [at + 2, 0];
    do {
      if (plain[end] === "(") depth += 1;
      if (plain[end] === ")") depth -= 1;
      end += 1;
    } while (depth > 0);
    plain = plain.slice(0, at) + plain.slice(end);
  }
  return plain;
}
