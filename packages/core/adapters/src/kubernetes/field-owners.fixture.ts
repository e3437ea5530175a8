import { isDeepStrictEqual } from "node:util";

/** Who set what of an object last, as an API server keeps it. */
export type ManagedEntry = { manager: string; operation: "Update" | "Apply"; fieldsV1: FieldsV1 };
type FieldsV1 = { [field: `f:${string}`]: FieldsV1 };
type Owned = Readonly<{
  spec?: unknown;
  metadata?: { name?: unknown; labels?: unknown; annotations?: unknown } | undefined;
}>;

/** A path is its keys as JSON. Lists are set as a whole, as those of Istio's kinds are, whose schemas name no keys of lists. */
type Leaves = Map<string, unknown>;

function leavesOf(value: unknown, path: readonly string[] = []): Leaves {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap || Object.keys(value).length === 0)
    return new Map(value === undefined ? [] : [[JSON.stringify(path), value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leavesOf(inner, [...path, key])]));
}

/** Whose owners are kept. */
export function ownedLeaves({ spec, metadata }: Owned): Leaves {
  const { labels, annotations } = metadata ?? {};
  return new Map([
    ...leavesOf(spec, ["spec"]),
    ...leavesOf(labels, ["metadata", "labels"]),
    ...leavesOf(annotations, ["metadata", "annotations"]),
  ]);
}

export function fieldsV1Of(paths: Iterable<string>): FieldsV1 {
  const fields: FieldsV1 = {};
  for (const path of paths) {
    let at = fields;
    for (const key of JSON.parse(path) as string[]) at = at[`f:${key}`] ??= {};
  }
  return fields;
}

export function pathsOf(fields: FieldsV1, path: readonly string[] = []): string[] {
  const inner = Object.entries(fields);
  if (inner.length === 0) return path.length === 0 ? [] : [JSON.stringify(path)];
  return inner.flatMap(([key, value]) => pathsOf(value, [...path, key.slice("f:".length)]));
}

/** Without these paths; entries that own nothing are gone. */
function without(entries: readonly ManagedEntry[], paths: ReadonlySet<string>): ManagedEntry[] {
  return entries.flatMap((entry) => {
    const left = pathsOf(entry.fieldsV1).filter((path) => !paths.has(path));
    return left.length === 0 ? [] : [{ ...entry, fieldsV1: fieldsV1Of(left) }];
  });
}

const isOf = (manager: string, operation: ManagedEntry["operation"]) => (entry: ManagedEntry) =>
  entry.manager === manager && entry.operation === operation;

/** After a patch or an update: who changes a field has it alone, and who leaves it as it is has no more of it than before. */
export function afterUpdate(
  entries: readonly ManagedEntry[],
  manager: string,
  old: Owned,
  next: Owned,
): ManagedEntry[] {
  const [before, after] = [ownedLeaves(old), ownedLeaves(next)];
  const set = [...after].flatMap(([path, value]) => (isDeepStrictEqual(value, before.get(path)) ? [] : path));
  const gone = [...before.keys()].filter((path) => !after.has(path));
  const left = without(entries, new Set([...set, ...gone]));
  const own = left.find(isOf(manager, "Update"));
  const paths = [...(own === undefined ? [] : pathsOf(own.fieldsV1)), ...set];
  const others = left.filter((entry) => entry !== own);
  return paths.length === 0
    ? others
    : [...others, { manager, operation: "Update", fieldsV1: fieldsV1Of(paths) }];
}

/** What a server-side apply comes to: who stands against it, what it takes away, and who has what afterwards. */
export function applied(entries: readonly ManagedEntry[], manager: string, live: Owned, given: Owned) {
  const [before, wanted] = [ownedLeaves(live), ownedLeaves(given)];
  const others = entries.filter((entry) => !isOf(manager, "Apply")(entry));
  const changed = [...wanted].flatMap(([path, value]) =>
    isDeepStrictEqual(value, before.get(path)) ? [] : path,
  );
  const conflicts = others.flatMap((entry) =>
    pathsOf(entry.fieldsV1)
      .filter((path) => changed.includes(path))
      .map((path) => ({ manager: entry.manager, field: `.${(JSON.parse(path) as string[]).join(".")}` })),
  );
  const own = entries.find(isOf(manager, "Apply"));
  const held = new Set(others.flatMap(({ fieldsV1 }) => pathsOf(fieldsV1)));
  const givenUp = (own === undefined ? [] : pathsOf(own.fieldsV1)).filter(
    (path) => !wanted.has(path) && !held.has(path),
  );
  const entry: ManagedEntry = { manager, operation: "Apply", fieldsV1: fieldsV1Of(wanted.keys()) };
  return { conflicts, givenUp, entries: [...without(others, new Set(changed)), entry] };
}
