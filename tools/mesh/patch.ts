import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

/** Lists that Kubernetes merges by a key of their items, by the name of the field. Others are exchanged whole. */
const mergeKeys: Readonly<Record<string, string>> = {
  ...{ containers: "name", initContainers: "name", env: "name", volumes: "name", imagePullSecrets: "name" },
  ...{ volumeMounts: "mountPath", topologySpreadConstraints: "topologyKey" },
};
/** Of Deployments and Services alike a list `ports`, merged by another key in each. */
const portsKey = (kind: string) => (kind === "Service" ? "port" : "containerPort");
/** Kinds of Kubernetes itself; what CRDs define is merged as RFC 7396 says, lists exchanged whole. */
const builtIn = /^(v1|apps\/|batch\/|policy\/|autoscaling\/|networking\.k8s\.io\/|rbac\.)/;

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A strategic merge patch, as far as our manifests need it: `null` and `$patch: delete` take away. */
export function mergePatch<Value extends Fields>(object: Value, change: Fields): Value {
  const [kind, group] = [String(object.kind), String(object.apiVersion)];
  return mergeFields(object, change, builtIn.test(group) ? kind : null) as Value;
}

function mergeFields(object: Fields, change: Fields, kind: string | null): Fields {
  const merged: Fields = { ...object };
  for (const [name, value] of Object.entries(change)) {
    const old = merged[name];
    if (value === null) delete merged[name];
    else if (isFields(value)) merged[name] = mergeFields(isFields(old) ? old : {}, value, kind);
    else if (Array.isArray(value) && Array.isArray(old)) merged[name] = mergeLists(old, value, name, kind);
    else merged[name] = value;
  }
  return merged;
}

function mergeLists(old: unknown[], change: unknown[], name: string, kind: string | null): unknown[] {
  const key = kind === null ? undefined : name === "ports" ? portsKey(kind) : mergeKeys[name];
  if (key === undefined || ![...old, ...change].every(isFields)) return change;
  const merged = [...old] as Fields[];
  for (const item of change as Fields[]) {
    const at = merged.findIndex((one) => one[key] === item[key]);
    if (item.$patch === "delete") merged.splice(at, at < 0 ? 0 : 1);
    else if (at < 0) merged.push(item);
    else merged[at] = mergeFields(merged[at] ?? {}, item, kind);
  }
  return merged;
}

const operations = z.array(
  z.strictObject({
    op: z.enum(["add", "remove", "replace", "test"]),
    path: z.string().startsWith("/"),
    value: z.unknown().optional(),
  }),
);

/**
 * A JSON patch (RFC 6902) of add, remove, replace and test.
 * @throws Error where a path leads nowhere, or a test does not hold
 */
export function jsonPatch<Value>(object: Value, patch: unknown): Value {
  const changed = structuredClone(object);
  for (const { op, path, value } of operations.parse(patch)) {
    const keys = path
      .slice(1)
      .split("/")
      .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = keys.pop() ?? "";
    let place: unknown = changed;
    for (const key of keys)
      place = isFields(place) || Array.isArray(place) ? (place as Fields)[key] : undefined;
    if (!isFields(place) && !Array.isArray(place)) throw new Error(`there is no ${path} to ${op}`);
    applyAt(place as Fields | unknown[], last, { op, path, value });
  }
  return changed;
}

function applyAt(
  place: Fields | unknown[],
  key: string,
  { op, path, value }: { op: string; path: string; value?: unknown },
): void {
  const old = (place as Fields)[key];
  if (op !== "add" && old === undefined) throw new Error(`there is no ${path} to ${op}`);
  if (op === "test") {
    if (!isDeepStrictEqual(old, value)) throw new Error(`${path} is not what the patch expects`);
  } else if (!Array.isArray(place)) {
    if (op === "remove") delete place[key];
    else place[key] = value;
  } else if (op === "remove") place.splice(Number(key), 1);
  else if (op === "replace") place[Number(key)] = value;
  else place.splice(key === "-" ? place.length : Number(key), 0, value);
}
