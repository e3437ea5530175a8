import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import { type Kustomization, kustomizationSchema, type PatchTarget } from "./kustomization.ts";
import { type Manifest, manifestSchema, nameOf, valueAt } from "./manifest.ts";
import { jsonPatch, mergePatch } from "./patch.ts";

/** Kinds without a namespace, among those that we write. */
const clusterWide = new Set([
  ...["Namespace", "ClusterRole", "ClusterRoleBinding", "PriorityClass", "GatewayClass"],
  ...["ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "CustomResourceDefinition"],
]);

/** YAML as Kubernetes reads it: 0440 is octal there. */
const yaml = { version: "1.1", uniqueKeys: true } as const;

/** The manifests of one file. @throws Error where it is no YAML, has a key twice, or holds something else */
export function readManifests(path: string): Manifest[] {
  return parseAllDocuments(readFileSync(path, "utf8"), yaml).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors.join("; ")}`);
    const value: unknown = document.toJS();
    if (value === null) return [];
    const parsed = manifestSchema.safeParse(value);
    if (!parsed.success) throw new Error(`${path}: ${parsed.error.message}`);
    return [parsed.data];
  });
}

/**
 * What `kubectl kustomize <folder>` would make, of the features that our manifests use; any other is refused.
 * @throws Error that names the file
 */
export function render(folder: string): Manifest[] {
  return kustomize(resolve(folder), []);
}

function kustomize(folder: string, beneath: readonly Manifest[]): Manifest[] {
  const path = join(folder, "kustomization.yaml");
  const parsed = kustomizationSchema.safeParse(parse(readFileSync(path, "utf8"), yaml));
  if (!parsed.success) throw new Error(`${path}: ${parsed.error.message}`);
  const layer = parsed.data;
  let objects = [...beneath];
  for (const name of layer.resources) {
    const at = join(folder, name);
    objects.push(...(statSync(at).isDirectory() ? kustomize(at, []) : readManifests(at)));
  }
  objects.push(...layer.configMapGenerator.map((one) => configMap(folder, one)));
  for (const name of layer.components) objects = kustomize(join(folder, name), objects);
  objects = layer.patches.reduce((patched, one) => patchAll(patched, one, folder), objects);
  objects = objects.map((object) => dress(object, layer));
  const names = objects.map(nameOf);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`${path}: ${twice} is there twice`);
  return objects;
}

function configMap(folder: string, of: Kustomization["configMapGenerator"][number]): Manifest {
  const literals = of.literals.map((text): [string, string] => {
    const at = text.indexOf("=");
    return [text.slice(0, at), text.slice(at + 1)];
  });
  const files = of.files.map((text): [string, string] => {
    const [name, path] = text.includes("=") ? text.split("=", 2) : [basename(text), text];
    return [name ?? "", readFileSync(join(folder, path ?? ""), "utf8")];
  });
  return {
    ...{ apiVersion: "v1", kind: "ConfigMap" },
    metadata: {
      name: of.name,
      ...(of.namespace === undefined ? {} : { namespace: of.namespace }),
      ...(of.options?.labels === undefined ? {} : { labels: of.options.labels }),
    },
    data: Object.fromEntries([...literals, ...files]),
  };
}

function patchAll(
  objects: readonly Manifest[],
  { path, patch, target }: Kustomization["patches"][number],
  folder: string,
): Manifest[] {
  const text = patch ?? readFileSync(join(folder, path ?? ""), "utf8");
  const where = path ?? `${dirname(folder)}: a patch`;
  const change: unknown = parse(text, yaml);
  const same = target === undefined ? manifestSchema.parse(change) : null;
  const aimedAt = (object: Manifest) =>
    same === null
      ? isAimedAt(object, target ?? {})
      : object.kind === same.kind && object.metadata.name === same.metadata.name;
  if (!objects.some(aimedAt)) throw new Error(`${where} changes nothing: there is no such object`);
  if (valueAt(change, "$patch") === "delete") return objects.filter((object) => !aimedAt(object));
  return objects.map((object) => {
    if (!aimedAt(object)) return object;
    if (Array.isArray(change)) return manifestSchema.parse(jsonPatch(object, change));
    const { apiVersion: _, kind: __, metadata, ...rest } = manifestSchema.partial().parse(change);
    const { name: ___, ...more } = metadata ?? { name: "" };
    return manifestSchema.parse(mergePatch(object, { ...rest, metadata: more }));
  });
}

/** Kustomize takes names and kinds as whole regular expressions. */
function isAimedAt(object: Manifest, target: PatchTarget): boolean {
  const fits = (pattern: string | undefined, text: string) =>
    pattern === undefined || new RegExp(`^(?:${pattern})$`).test(text);
  const [group, version] = object.apiVersion.includes("/")
    ? object.apiVersion.split("/")
    : ["", object.apiVersion];
  const labels = (target.labelSelector ?? "").split(",").filter((text) => text !== "");
  return (
    fits(target.kind, object.kind) &&
    fits(target.name, object.metadata.name) &&
    fits(target.group, group ?? "") &&
    fits(target.version, version ?? "") &&
    fits(target.namespace, object.metadata.namespace ?? "") &&
    labels.every((text) => {
      const [name = "", value] = text.split("=");
      return object.metadata.labels?.[name] === value;
    })
  );
}

type Fields = Record<string, unknown>;

function dress(object: Manifest, layer: Kustomization): Manifest {
  const { namespace, labels, images, replicas } = layer;
  let dressed = object;
  if (namespace !== undefined && !clusterWide.has(object.kind))
    dressed = { ...dressed, metadata: { ...dressed.metadata, namespace } };
  for (const { pairs, includeTemplates } of labels) {
    dressed = mergePatch(dressed, { metadata: { labels: pairs } });
    if (includeTemplates && valueAt(dressed, "spec", "template") !== undefined)
      dressed = mergePatch(dressed, { spec: { template: { metadata: { labels: pairs } } } });
  }
  const count = replicas.find(({ name }) => name === object.metadata.name)?.count;
  if (count !== undefined && object.kind === "Deployment")
    dressed = mergePatch(dressed, { spec: { replicas: count } });
  return images.length === 0 ? dressed : (withImages(dressed, images) as Manifest);
}

function withImages(value: unknown, images: Kustomization["images"]): unknown {
  if (Array.isArray(value)) return value.map((inner) => withImages(inner, images));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Fields).map(([name, inner]) => [
      name,
      name === "image" && typeof inner === "string" ? imageOf(inner, images) : withImages(inner, images),
    ]),
  );
}

function imageOf(text: string, images: Kustomization["images"]): string {
  const name = text.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
  const image = images.find((one) => one.name === name);
  if (image === undefined) return text;
  const tail =
    image.digest !== undefined
      ? `@${image.digest}`
      : image.newTag === undefined
        ? text.slice(name.length)
        : `:${image.newTag}`;
  return `${image.newName ?? name}${tail}`;
}
