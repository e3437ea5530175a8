import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { afterUpdate, applied, type ManagedEntry } from "./field-owners.fixture.ts";

export type Json = Record<string, unknown>;
export type Stored = {
  apiVersion?: string;
  kind?: string;
  metadata: {
    name: string;
    namespace: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    deletionTimestamp?: string;
    labels: Record<string, string>;
    annotations: Record<string, string>;
    managedFields: ManagedEntry[];
  };
  spec: Json;
  status: Json;
};
type Applied = { metadata: { name: string; labels?: Json; annotations?: Json }; spec?: Json };
type HttpRoute = { route?: { weight?: number }[]; retries?: { attempts?: number } };
export type StoreEvent = { type: "ADDED" | "MODIFIED" | "DELETED"; resource: string; object: Stored };

/** What an API server refuses with: becomes its Status object. */
export class Refused extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Json | undefined;

  constructor(code: number, reason: string, message: string, details?: Json) {
    super(message);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }
}

/** RFC 7396. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const base = typeof target === "object" && target !== null && !Array.isArray(target) ? target : {};
  const merged: Json = { ...base };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

/** Resources of which an API server counts changes of `spec`; of others it doesn't. */
const counted: ReadonlySet<string> = new Set([
  ...["deployments", "scaledobjects", "virtualservices", "destinationrules"],
]);

/** The objects of a cluster, with versions and the history that watches go on from. */
export class ClusterStore {
  readonly #objects = new Map<string, Stored>();
  readonly #history: { version: number; event: StoreEvent }[] = [];
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  #version = 1_000;
  /** Before this nothing is remembered. */
  #oldest = 1_000;

  get version(): number {
    return this.#version;
  }

  get namespaces(): string[] {
    return [...new Set([...this.#objects.values()].map(({ metadata }) => metadata.namespace))];
  }

  /** Forgets what was, so that whoever stood before now must list anew. */
  forgetHistory(): void {
    this.#oldest = this.#version + 1;
    this.#version += 1;
    this.#history.length = 0;
  }

  onEvent(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @throws Refused 410 where it is too long ago */
  since(version: number, resource: string): StoreEvent[] {
    if (version < this.#oldest)
      throw new Refused(410, "Expired", `too old resource version: ${version} (${this.#oldest})`);
    return this.#history
      .filter((entry) => entry.version > version && entry.event.resource === resource)
      .map(({ event }) => event);
  }

  list(resource: string, namespace: string): Stored[] {
    const prefix = `${resource}/${namespace}/`;
    return [...this.#objects]
      .filter(([key]) => key.startsWith(prefix))
      .map(([, object]) => structuredClone(object));
  }

  get(resource: string, namespace: string, name: string): Stored {
    const object = this.#objects.get(`${resource}/${namespace}/${name}`);
    if (object === undefined) throw new Refused(404, "NotFound", `${resource} "${name}" not found`);
    return structuredClone(object);
  }

  create(
    resource: string,
    namespace: string,
    given: { metadata: Json & { name: string }; spec?: Json; status?: Json },
  ): Stored {
    const key = `${resource}/${namespace}/${given.metadata.name}`;
    if (this.#objects.has(key))
      throw new Refused(409, "AlreadyExists", `${resource} "${given.metadata.name}" already exists`);
    const object: Stored = {
      ...given,
      metadata: {
        labels: {},
        annotations: {},
        ...given.metadata,
        namespace,
        uid: randomUUID(),
        resourceVersion: "",
        ...(counted.has(resource) ? { generation: 1 } : {}),
        creationTimestamp: new Date().toISOString(),
        managedFields: [],
      },
      spec: given.spec ?? {},
      status: given.status ?? {},
    };
    object.metadata.managedFields = afterUpdate([], "kubectl", {}, object);
    this.#put("ADDED", resource, key, object);
    return structuredClone(object);
  }

  /**
   * Changes an object as a PATCH would.
   * @param admit says why it is not admitted; null where it is
   * @throws Refused 404, 409, 422
   */
  patch(
    resource: string,
    namespace: string,
    name: string,
    patch: Json,
    manager: string,
    admit: (old: Stored, next: Stored) => string | null = () => null,
  ): Stored {
    const old = this.get(resource, namespace, name);
    const asked = (patch.metadata as Json | undefined)?.resourceVersion;
    if (asked !== undefined && asked !== old.metadata.resourceVersion)
      throw new Refused(
        ...([409, "Conflict"] as const),
        `Operation cannot be fulfilled on ${resource} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
      );
    const next = mergePatch(old, patch) as Stored;
    next.metadata = {
      ...next.metadata,
      uid: old.metadata.uid,
      resourceVersion: old.metadata.resourceVersion,
    };
    refuseInvalid(resource, next);
    const denied = admit(old, next);
    if (denied !== null) throw new Refused(422, "Invalid", `${resource} "${name}" is forbidden: ${denied}`);
    if (isDeepStrictEqual(next, old)) return old;
    if (old.metadata.generation !== undefined && !isDeepStrictEqual(next.spec, old.spec))
      next.metadata.generation = old.metadata.generation + 1;
    next.metadata.managedFields = afterUpdate(old.metadata.managedFields, manager, old, next);
    this.#put("MODIFIED", resource, `${resource}/${namespace}/${name}`, next);
    return structuredClone(next);
  }

  /**
   * Changes an object as a server-side apply would.
   * @throws Refused 404; 409 where another manager has what is given otherwise, unless it is forced
   */
  apply(resource: string, namespace: string, given: Applied, manager: string, force = false): Stored {
    const { name } = given.metadata;
    const old = this.get(resource, namespace, name);
    const { conflicts, givenUp, entries } = applied(old.metadata.managedFields, manager, old, given);
    if (conflicts.length > 0 && !force) {
      const against = conflicts.map((one) => `conflict with "${one.manager}": ${one.field}`).join(", ");
      throw new Refused(409, "Conflict", `Apply failed with ${conflicts.length} conflict: ${against}`);
    }
    const next = mergePatch(old, given) as Stored;
    for (const path of givenUp) removeAt(next, JSON.parse(path));
    refuseInvalid(resource, next);
    if (old.metadata.generation !== undefined && !isDeepStrictEqual(next.spec, old.spec))
      next.metadata.generation = old.metadata.generation + 1;
    next.metadata.managedFields = entries;
    this.#put("MODIFIED", resource, `${resource}/${namespace}/${name}`, next);
    return structuredClone(next);
  }

  remove(resource: string, namespace: string, name: string): void {
    const object = this.get(resource, namespace, name);
    this.#objects.delete(`${resource}/${namespace}/${name}`);
    this.#tell("DELETED", resource, object);
  }

  #put(type: "ADDED" | "MODIFIED", resource: string, key: string, object: Stored): void {
    this.#objects.set(key, object);
    this.#tell(type, resource, object);
  }

  #tell(type: StoreEvent["type"], resource: string, object: Stored): void {
    this.#version += 1;
    object.metadata.resourceVersion = String(this.#version);
    const event = { type, resource, object: structuredClone(object) };
    this.#history.push({ version: this.#version, event });
    for (const listener of this.#listeners) listener(event);
  }
}

function removeAt(object: unknown, [key = "", ...rest]: readonly string[]): void {
  const map = object as Record<string, unknown>;
  if (rest.length === 0) delete map[key];
  else removeAt(map[key], rest);
}

/** What the API server or a webhook refuses of what we write. */
function refuseInvalid(resource: string, { spec, metadata }: Stored): void {
  const invalid = (message: string) =>
    new Refused(422, "Invalid", `${resource} "${metadata.name}" is invalid: ${message}`);
  if (resource === "horizontalpodautoscalers" && Number(spec.minReplicas) > Number(spec.maxReplicas))
    throw invalid("spec.maxReplicas: must be greater than or equal to `minReplicas`");
  if (resource === "deployments" && Number(spec.replicas) < 0) throw invalid("spec.replicas: must be >= 0");
  if (resource !== "virtualservices") return;
  for (const { route = [], retries } of (spec.http ?? []) as HttpRoute[]) {
    if (route.length > 1 && route.every(({ weight }) => (weight ?? 0) === 0))
      throw invalid("total destination weight = 0");
    if (retries?.attempts === 0 && Object.keys(retries).length > 1)
      throw invalid("http retry policy configured when attempts are set to 0 (disabled)");
  }
}
