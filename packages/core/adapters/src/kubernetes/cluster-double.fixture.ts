import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeCertificate } from "./certificates.fixture.ts";
import { refusedByPolicy } from "./cluster-admission.fixture.ts";
import { ClusterControllers, endPod } from "./cluster-controllers.fixture.ts";
import { type Attempt, allows, rulesOfNoops } from "./cluster-role.fixture.ts";
import { ClusterStore, type Json, Refused, type Stored, type StoreEvent } from "./cluster-store.fixture.ts";

type Asked = Attempt & { namespace: string; subresource: string | undefined; query: URLSearchParams };
/** What befalls a request instead of, or after, what it asked for. */
type Fault = {
  matches(asked: Asked): boolean;
  times: number;
  answer: { code: number; headers?: Record<string, string> } | "hang" | "cut" | "do it, then cut";
};

type Eviction = { deleteOptions?: { preconditions?: { uid?: string } } };

const accountOfNoops = "system:serviceaccount:tapline:noops";

/**
 * A double of a Kubernetes API server, over HTTPS with an authority of its own: bearer tokens, the Role of the manifests as its
 * authorizer and their policy at admission, resourceVersions, merge patches, watches with bookmarks and a history that ends, evictions with budgets. What it does
 * not have: other admission beyond a few rules, other patch types, pagination, and API priority and fairness but as faults.
 */
export class ClusterDouble {
  readonly store = new ClusterStore();
  /** To which the service account belongs. */
  namespace = "tapline";
  /** Folder of a service account: token, ca.crt, namespace. */
  readonly folder: string;
  readonly asked: Asked[] = [];
  /** Groups that are not installed answer 404. */
  readonly missing = new Set<string>();
  readonly faults: Fault[] = [];
  /** What somebody else does just before a request is answered. */
  meanwhile: ((asked: Asked) => void) | undefined;
  /** Evictions that budgets allow; null = as many as one likes. */
  evictionsAllowed: number | null = null;
  rules = rulesOfNoops();
  #token = "";
  /** Of somebody who may do everything. */
  readonly #adminToken = randomUUID();
  #tokens = 0;
  readonly #controllers = new ClusterControllers(this.store);
  readonly #watches = new Map<ServerResponse, Asked>();
  readonly #server: ReturnType<typeof createServer>;

  private constructor(folder: string, tls: { cert: string; key: string }) {
    this.folder = folder;
    this.#server = createServer(tls, (request, response) => void this.#answer(request, response));
    this.store.onEvent((event) => this.#tellWatches(event));
  }

  static async start(): Promise<ClusterDouble> {
    const folder = await mkdtemp(join(tmpdir(), "tapline-cluster-"));
    const { authority, ...tls } = await makeCertificate();
    const double = new ClusterDouble(folder, tls);
    await writeFile(join(folder, "ca.crt"), authority);
    await writeFile(join(folder, "namespace"), double.namespace);
    double.exchangeToken();
    await new Promise<void>((resolve) => double.#server.listen(0, "127.0.0.1", resolve));
    return double;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For somebody who may do everything. */
  get kubeconfig(): Json {
    return {
      clusters: [
        {
          name: "double",
          cluster: { server: this.url, "certificate-authority": join(this.folder, "ca.crt") },
        },
      ],
      users: [{ name: "admin", user: { token: this.#adminToken } }],
      contexts: [{ name: "double", context: { cluster: "double", user: "admin" } }],
      "current-context": "double",
    };
  }

  /** From now on only a new token counts; it stands in the folder. */
  exchangeToken(): void {
    this.#tokens += 1;
    this.#token = `token-${this.#tokens}`;
    writeFileSync(join(this.folder, "token"), `${this.#token}\n`);
  }

  /** Ends all watches as a server does whose time is over, or cuts their connections. */
  endWatches(how: "end" | "cut"): void {
    for (const response of this.#watches.keys()) how === "end" ? response.end() : response.destroy();
    this.#watches.clear();
  }

  /** Writes a line on all watches. */
  say(type: string, object: Json): void {
    for (const response of this.#watches.keys()) response.write(`${JSON.stringify({ type, object })}\n`);
  }

  get watches(): number {
    return this.#watches.size;
  }

  async end(): Promise<void> {
    this.#controllers.end();
    this.endWatches("cut");
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const asked = readAsked(request);
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const body = Buffer.concat(chunks).toString();
      this.asked.push(asked);
      this.meanwhile?.(asked);
      const isAdmin = request.headers.authorization === `Bearer ${this.#adminToken}`;
      if (!isAdmin && request.headers.authorization !== `Bearer ${this.#token}`)
        throw new Refused(401, "Unauthorized", "Unauthorized");
      const fault = this.#takeFault(asked);
      if (fault === "hang") return;
      if (fault === "cut") return void response.destroy();
      if (typeof fault === "object") {
        const status = {
          kind: "Status",
          status: "Failure",
          code: fault.code,
          message: "too many requests, or worse",
        };
        response.writeHead(fault.code, fault.headers).end(JSON.stringify(status));
        return;
      }
      if (request.url === "/version") {
        response.writeHead(200, { "content-type": "application/json" }).end('{"gitVersion":"v1.33.2"}');
        return;
      }
      if (!isAdmin) this.#refuseForeign(asked);
      if (this.missing.has(asked.group)) throw new Refused(404, "NotFound", "page not found");
      const found = this.#do(asked, request, body, response);
      if (fault !== undefined) return void response.destroy();
      if (found === undefined) return;
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(found));
    } catch (error) {
      refuse(response, error);
    }
  }

  #takeFault(asked: Asked): Fault["answer"] | undefined {
    const fault = this.faults.find((one) => one.times > 0 && one.matches(asked));
    if (fault !== undefined) fault.times -= 1;
    return fault?.answer;
  }

  #refuseForeign(asked: Asked): void {
    const resource =
      asked.subresource === undefined ? asked.resource : `${asked.resource}/${asked.subresource}`;
    if (asked.namespace !== this.namespace || !allows(this.rules, { ...asked, resource }))
      throw new Refused(
        ...([403, "Forbidden"] as const),
        `${resource} is forbidden: User "${accountOfNoops}" cannot ${asked.verb} resource "${resource}" in API group "${asked.group}" in the namespace "${asked.namespace}"`,
      );
  }

  #do(asked: Asked, request: IncomingMessage, body: string, response: ServerResponse): unknown {
    const { resource, namespace, name = "" } = asked;
    switch (asked.verb) {
      case "list":
        return {
          kind: "List",
          metadata: { resourceVersion: String(this.store.version) },
          items: this.store.list(resource, namespace).filter((object) => selected(asked, object)),
        };
      case "watch":
        return this.#watch(asked, response);
      case "patch": {
        if (request.headers["content-type"] !== "application/merge-patch+json")
          throw new Refused(415, "UnsupportedMediaType", `not here: ${request.headers["content-type"]}`);
        const manager = asked.query.get("fieldManager") ?? "unknown";
        const admit = (old: Stored, next: Stored) =>
          refusedByPolicy(accountOfNoops, old, next, { group: asked.group, resource, operation: "UPDATE" });
        return this.store.patch(resource, namespace, name, JSON.parse(body), manager, admit);
      }
      case "create":
        return this.#create(asked, JSON.parse(body));
      case "delete":
        if (resource !== "") this.store.remove(resource, namespace, name);
        return { kind: "Status", status: "Success" };
      default:
        throw new Refused(405, "MethodNotAllowed", asked.verb);
    }
  }

  #create(asked: Asked, body: Parameters<ClusterStore["create"]>[2]): unknown {
    const { resource, namespace, name = "", subresource } = asked;
    if (subresource === "eviction") return this.#evict(namespace, name, body as Eviction);
    if (subresource === "token") {
      this.namespace = namespace;
      return { kind: "TokenRequest", status: { token: this.#token } };
    }
    // A namespace is there once something is in it.
    return resource === "" ? body : this.store.create(resource, namespace, body);
  }

  #evict(namespace: string, name: string, eviction: Eviction): Json {
    const pod = this.store.get("pods", namespace, name);
    const uid = eviction.deleteOptions?.preconditions?.uid;
    if (uid !== undefined && uid !== pod.metadata.uid)
      throw new Refused(409, "Conflict", `the UID in the precondition (${uid}) does not match`);
    if (this.evictionsAllowed === 0)
      throw new Refused(
        ...([429, "TooManyRequests"] as const),
        "Cannot evict pod as it would violate the pod's disruption budget.",
        { causes: [{ reason: "DisruptionBudget", message: "The disruption budget needs 1 healthy pods" }] },
      );
    if (this.evictionsAllowed !== null) this.evictionsAllowed -= 1;
    endPod(this.store, namespace, name);
    setTimeout(() => this.store.remove("pods", namespace, name), 20).unref();
    return { kind: "Status", status: "Success" };
  }

  #watch(asked: Asked, response: ServerResponse): undefined {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    try {
      for (const event of this.store.since(Number(asked.query.get("resourceVersion")), asked.resource))
        writeEvent(response, asked, event);
      this.#watches.set(response, asked);
      response.once("close", () => this.#watches.delete(response));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      response.end(`${JSON.stringify({ type: "ERROR", object: statusOf(error) })}\n`);
    }
    return undefined;
  }

  #tellWatches(event: StoreEvent): void {
    for (const [response, asked] of this.#watches) writeEvent(response, asked, event);
  }
}

function writeEvent(response: ServerResponse, asked: Asked, { resource, type, object }: StoreEvent): void {
  if (resource === asked.resource && selected(asked, object))
    response.write(`${JSON.stringify({ type, object })}\n`);
}

function selected(asked: Asked, { metadata }: Stored): boolean {
  const selector = asked.query.get("labelSelector") ?? "";
  return selector.split(",").every((term) => {
    const [label = "", value] = term.split("=");
    return label === "" || metadata.labels[label] === value;
  });
}

/** `/apis/<group>/<version>/namespaces/<namespace>/<resource>[/<name>[/<subresource>]]`; the core group has no name. */
function readAsked(request: IncomingMessage): Asked {
  const url = new URL(request.url ?? "/", "https://cluster");
  const [root = "", ...parts] = url.pathname.slice(1).split("/");
  const [group = "", , , namespace = "", resource = "", name, subresource] =
    root === "api" ? ["", ...parts] : parts;
  const watch = url.searchParams.get("watch") === "true";
  const reading = name === undefined ? (watch ? "watch" : "list") : "get";
  const verb =
    { GET: reading, PATCH: "patch", POST: "create", DELETE: "delete" }[request.method ?? ""] ??
    `${request.method}`;
  return { group, resource, verb, name, namespace, subresource, query: url.searchParams };
}

function statusOf({ code, reason, message, details }: Refused): Json {
  return { kind: "Status", apiVersion: "v1", status: "Failure", code, reason, message, details };
}

function refuse(response: ServerResponse, error: unknown): void {
  const refused = error instanceof Refused ? error : new Refused(500, "InternalError", String(error));
  if (response.headersSent) response.destroy();
  else
    response
      .writeHead(refused.code, { "content-type": "application/json" })
      .end(JSON.stringify(statusOf(refused)));
}
