import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { KubeConfig } from "@kubernetes/client-node";
import { z } from "zod";
import { manifestSchema } from "../mesh/manifest.ts";

type Json = Record<string, unknown>;
type Stored = { object: Json; owners: Map<string, string> };
type Asked = { verb: string; resource: string; namespace: string; name: string; manager: string };

/** Groups and their resources; what is in no namespace has a `!`. */
const usual: Readonly<Record<string, string>> = {
  v1: "Namespace! ServiceAccount Secret ConfigMap Service Pod",
  "apps/v1": "Deployment StatefulSet",
  "batch/v1": "Job",
  "policy/v1": "PodDisruptionBudget",
  "networking.k8s.io/v1": "NetworkPolicy",
  "rbac.authorization.k8s.io/v1": "Role RoleBinding",
  "admissionregistration.k8s.io/v1": "ValidatingAdmissionPolicy! ValidatingAdmissionPolicyBinding!",
  "networking.istio.io/v1": "Gateway VirtualService DestinationRule ServiceEntry Sidecar",
  "security.istio.io/v1": "AuthorizationPolicy PeerAuthentication",
  "telemetry.istio.io/v1": "Telemetry",
  "postgresql.cnpg.io/v1": "Cluster",
};
const pluralOf = (kind: string): string =>
  kind.endsWith("y") ? `${kind.slice(0, -1).toLowerCase()}ies` : `${kind.toLowerCase()}s`;

class Refused extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A double of an API server as whoever installs sees it: discovery, server-side apply with an owner for each field, namespaces that
 * take a while to go and take all along that is in them, and statuses as controllers write them. What runs is ready at the
 * second look, but for what a test holds back. What it does not have: defaults, validation, admission, watches.
 */
export class ApiDouble {
  readonly groups: Record<string, string> = { ...usual };
  /** What was asked that changes something, in order: `apply Namespace tapline`. */
  readonly changes: string[] = [];
  /** Names of what never gets ready, and what their status says instead. */
  readonly stuck = new Map<string, Json>();
  /** Answers to come instead, by status. */
  readonly failures: number[] = [];
  /** Names of what does not go when it is told to. */
  readonly held = new Set<string>();
  /** Changes, as in `changes`, that are made and never answered. */
  readonly cut = new Set<string>();
  readonly #objects = new Map<string, Stored>();
  readonly #looks = new Map<string, number>();
  readonly #server = createServer((request, response) => {
    void this.#answer(request).then(
      (body) =>
        this.cut.delete(this.changes.at(-1) ?? "")
          ? response.destroy()
          : response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body)),
      (error: unknown) => {
        const [code, message] = error instanceof Refused ? [error.code, error.message] : [500, String(error)];
        response.writeHead(code).end(JSON.stringify({ kind: "Status", code, message }));
      },
    );
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
  }

  async end(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param context how whoever made the cluster named it */
  config(context = "kind-test"): KubeConfig {
    const config = new KubeConfig();
    const server = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    config.loadFromClusterAndUser(
      { name: "double", server, skipTLSVerify: true },
      { name: "admin", token: "t" },
    );
    const [made] = config.contexts;
    config.contexts = made === undefined ? [] : [{ ...made, name: context }];
    config.setCurrentContext(context);
    return config;
  }

  /** As somebody else would have made it before. */
  put(manifest: z.infer<typeof manifestSchema>, manager: string): void {
    const { kind, metadata } = manifest;
    const asked = { verb: "patch", resource: pluralOf(kind), manager };
    this.#apply({ ...asked, namespace: metadata.namespace ?? "", name: metadata.name }, manifest);
    this.changes.length = 0;
  }

  /** What is there, as `Namespace tapline`. */
  get present(): string[] {
    return [...this.#objects.values()].map(({ object }) => titleOf(object)).sort();
  }

  async #answer(request: IncomingMessage): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const failure = this.failures.shift();
    if (failure !== undefined) throw new Refused(failure, "not now");
    const url = new URL(request.url ?? "/", "http://cluster");
    const { groupVersion, rest } = splitPath(url.pathname);
    if (rest.length === 0) return this.#discover(groupVersion);
    const inNamespace = rest[0] === "namespaces" && rest.length > 2;
    const [resource = "", name = ""] = inNamespace ? rest.slice(2) : rest;
    const asked: Asked = {
      verb: (request.method ?? "").toLowerCase(),
      ...{ resource, name, namespace: inNamespace ? (rest[1] ?? "") : "" },
      manager: url.searchParams.get("fieldManager") ?? "",
    };
    if (asked.verb === "patch") {
      if (request.headers["content-type"] !== "application/apply-patch+yaml")
        throw new Refused(415, `not here: ${request.headers["content-type"]}`);
      const manifest = manifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
      this.changes.push(`apply ${titleOf(manifest)}`);
      return this.#apply(asked, manifest);
    }
    if (asked.verb === "delete") return this.#delete(asked);
    return name === "" ? this.#list(asked) : this.#get(asked);
  }

  #discover(groupVersion: string): Json {
    const kinds = this.groups[groupVersion];
    if (kinds === undefined) throw new Refused(404, "the server could not find the requested resource");
    const resources = kinds.split(" ").map((text) => {
      const kind = text.replace("!", "");
      return { name: pluralOf(kind), kind, namespaced: !text.endsWith("!") };
    });
    return { kind: "APIResourceList", groupVersion, resources };
  }

  #apply(asked: Asked, manifest: Json): Json {
    const { namespace, manager } = asked;
    if (namespace !== "" && namespace !== "istio-system" && !this.#objects.has(`namespaces//${namespace}`))
      throw new Refused(404, `namespaces "${namespace}" not found`);
    const found = this.#objects.get(keyOf(asked));
    const stored: Stored = found ?? { object: { metadata: { uid: randomUUID() } }, owners: new Map() };
    const [old, next] = [leavesOf(stored.object), leavesOf(manifest)];
    for (const [path, value] of next) {
      const owner = stored.owners.get(path);
      if (owner !== undefined && owner !== manager && !isDeepStrictEqual(old.get(path), value))
        throw new Refused(409, `Apply failed with 1 conflict: conflict with "${owner}": ${path}`);
    }
    for (const path of next.keys()) stored.owners.set(path, manager);
    const before = z.looseObject({ generation: z.number().default(0) }).parse(stored.object.metadata);
    const isChanged = !isDeepStrictEqual(stored.object.spec, manifest.spec);
    const metadata = {
      ...before,
      ...(manifest.metadata as Json),
      generation: before.generation + (isChanged ? 1 : 0),
    };
    if (isChanged) this.#looks.delete(keyOf(asked));
    stored.object = { ...stored.object, ...manifest, metadata };
    this.#objects.set(keyOf(asked), stored);
    return stored.object;
  }

  #get(asked: Asked): Json {
    const stored = this.#objects.get(keyOf(asked));
    if (stored === undefined) throw new Refused(404, `${asked.resource} "${asked.name}" not found`);
    const looks = (this.#looks.get(keyOf(asked)) ?? 0) + 1;
    this.#looks.set(keyOf(asked), looks);
    const own = this.stuck.get(asked.name);
    return { ...stored.object, status: own ?? (looks > 1 ? readyStatus(stored.object) : {}) };
  }

  #list({ resource, namespace }: Asked): Json {
    const under = `${resource}/${namespace}/`;
    const items = [...this.#objects].filter(([key]) => key.startsWith(under)).map(([, one]) => one.object);
    return { kind: "List", items };
  }

  #delete(asked: Asked): Json {
    const stored = this.#objects.get(keyOf(asked));
    if (stored === undefined) throw new Refused(404, `${asked.resource} "${asked.name}" not found`);
    this.changes.push(`delete ${titleOf(stored.object)}`);
    const go = () => {
      this.#objects.delete(keyOf(asked));
      if (asked.resource !== "namespaces") return;
      for (const key of this.#objects.keys()) if (key.split("/")[1] === asked.name) this.#objects.delete(key);
    };
    if (!this.held.has(asked.name)) setTimeout(go, 20).unref();
    return { kind: "Status", status: "Success" };
  }
}

function splitPath(path: string): { groupVersion: string; rest: string[] } {
  const [root, ...parts] = path.slice(1).split("/");
  const length = root === "api" ? 1 : 2;
  return { groupVersion: parts.slice(0, length).join("/"), rest: parts.slice(length) };
}

const keyOf = ({ resource, namespace, name }: Asked): string => `${resource}/${namespace}/${name}`;
const titleOf = ({ kind, metadata }: Json): string => `${kind} ${(metadata as { name: string }).name}`;

/** The values of an object by their paths; a list is one value, which its owner has whole. */
function leavesOf(object: Json): Map<string, unknown> {
  const leaves = new Map<string, unknown>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) leaves.set(path, value);
    else for (const [key, inner] of Object.entries(value)) walk(inner, `${path}.${key}`);
  };
  for (const key of ["data", "spec", "rules", "stringData"])
    if (object[key] !== undefined) walk(object[key], `.${key}`);
  return leaves;
}

function readyStatus({ kind, spec, metadata }: Json): Json {
  const { replicas = 1, instances = 1 } = (spec ?? {}) as { replicas?: number; instances?: number };
  const { generation: observedGeneration } = metadata as { generation: number };
  if (kind === "Job") return { conditions: [{ type: "Complete", status: "True" }] };
  if (kind === "Cluster") {
    const { managed } = (spec ?? {}) as { managed?: { roles: { name: string }[] } };
    const reconciled = managed?.roles.map(({ name }) => name) ?? [];
    return { readyInstances: instances, managedRolesStatus: { byStatus: { reconciled } } };
  }
  return { observedGeneration, replicas, updatedReplicas: replicas, readyReplicas: replicas };
}
