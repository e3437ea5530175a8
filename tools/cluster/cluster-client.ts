import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  type KubeConfig,
  RequestContext,
} from "@kubernetes/client-node";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { z } from "zod";
import { type Manifest, nameOf } from "../mesh/index.ts";

/** Whose fields are whose: what somebody else has set is not taken from him. */
export const fieldManager = "tapline-install";

const resourceList = z.looseObject({
  resources: z.array(z.looseObject({ name: z.string(), kind: z.string(), namespaced: z.boolean() })),
});
type Resource = z.infer<typeof resourceList>["resources"][number];

const objectSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string(), labels: z.record(z.string(), z.string()).optional() }),
  status: z.looseObject({}).optional(),
});
export type Seen = z.infer<typeof objectSchema>;

const statusSchema = z.looseObject({ message: z.string().default("") });

/** What the API server answered in the place of what was asked; 0: it did not answer. */
export class ClusterRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

const callMs = 30_000;

/**
 * A cluster as whoever installs sees it, in plain JSON: the library's classes drop fields that they do not know. What kinds
 * there are it learns from the server. Everything rejects with a ClusterRefusal, or where it says so with a TaplineError.
 */
export class ClusterClient {
  readonly config: KubeConfig;
  readonly #http = new IsomorphicFetchHttpLibrary();
  /** The library makes new connections for each request; ours are kept. */
  #dispatcher: ReturnType<RequestContext["getDispatcher"]>;
  readonly #resources = new Map<string, Promise<readonly Resource[]>>();

  constructor(config: KubeConfig) {
    this.config = config;
  }

  /** Kinds of these manifests that the cluster does not have, as `networking.istio.io/v1 Gateway`. */
  async missingKinds(manifests: readonly Manifest[]): Promise<string[]> {
    const missing = await Promise.all(
      manifests.map(async ({ apiVersion, kind }) =>
        (await this.#resourceOf(apiVersion, kind)) === undefined ? [`${apiVersion} ${kind}`] : [],
      ),
    );
    return [...new Set(missing.flat())].sort();
  }

  /**
   * Has the object be as the manifest says, by server-side apply: made where it is not there; fields of others stay.
   * @throws TaplineError `misconfigured` where somebody else has set a field that the manifest sets otherwise
   */
  async apply(manifest: Manifest): Promise<Seen> {
    try {
      const query = { fieldManager, fieldValidation: "Strict" };
      return objectSchema.parse(
        await this.#ask(HttpMethod.PATCH, await this.#path(manifest), { query, body: manifest }),
      );
    } catch (error) {
      if (!(error instanceof ClusterRefusal)) throw error;
      throw new TaplineError("misconfigured", `${nameOf(manifest)} cannot be applied: ${error.message}`, {
        remedy:
          error.status === 409
            ? "somebody else set that field: take it out of the manifest, or have him give it up"
            : "change it as the cluster says, or ask for the right to apply it",
        cause: error,
      });
    }
  }

  /** @returns null where it is not there */
  async read(manifest: Manifest): Promise<Seen | null> {
    try {
      return objectSchema.parse(await this.#ask(HttpMethod.GET, await this.#path(manifest)));
    } catch (error) {
      if (error instanceof ClusterRefusal && error.status === 404) return null;
      throw error;
    }
  }

  /** @param labels as `app=x,colour=blue` */
  async list(apiVersion: string, kind: string, namespace: string, labels: string): Promise<Seen[]> {
    const any = { apiVersion, kind, metadata: { name: "", namespace } };
    const found = await this.#ask(HttpMethod.GET, await this.#path(any), {
      query: { labelSelector: labels },
    });
    return z.looseObject({ items: z.array(objectSchema) }).parse(found).items;
  }

  /** Has it go, with what belongs to it; one that is gone has gone. It may take time to. */
  async remove(manifest: Manifest): Promise<void> {
    try {
      const body = { propagationPolicy: "Foreground" };
      await this.#ask(HttpMethod.DELETE, await this.#path(manifest), { body });
    } catch (error) {
      if (!(error instanceof ClusterRefusal) || error.status !== 404) throw error;
    }
  }

  async #path({ apiVersion, kind, metadata }: Manifest): Promise<string> {
    const resource = await this.#resourceOf(apiVersion, kind);
    if (resource === undefined) throw new ClusterRefusal(404, `the cluster knows no ${apiVersion} ${kind}`);
    const within = resource.namespaced ? `/namespaces/${metadata.namespace ?? "default"}` : "";
    const one = metadata.name === "" ? "" : `/${metadata.name}`;
    return `${rootOf(apiVersion)}${within}/${resource.name}${one}`;
  }

  async #resourceOf(apiVersion: string, kind: string): Promise<Resource | undefined> {
    const known = this.#resources.get(apiVersion) ?? this.#resourcesOf(apiVersion);
    this.#resources.set(apiVersion, known);
    // A subresource has its parent's name before a slash.
    return (await known).find((one) => one.kind === kind && !one.name.includes("/"));
  }

  async #resourcesOf(apiVersion: string): Promise<readonly Resource[]> {
    try {
      return resourceList.parse(await this.#ask(HttpMethod.GET, rootOf(apiVersion))).resources;
    } catch (error) {
      if (error instanceof ClusterRefusal && error.status === 404) return [];
      throw error;
    }
  }

  async #ask(
    method: HttpMethod,
    path: string,
    { query = {}, body }: { query?: Readonly<Record<string, string>>; body?: object } = {},
  ): Promise<unknown> {
    const context = new RequestContext(`${this.config.getCurrentCluster()?.server}${path}`, method);
    for (const [name, value] of Object.entries(query)) context.setQueryParam(name, value);
    const patch = method === HttpMethod.PATCH;
    // JSON is YAML.
    context.setHeaderParam("Content-Type", patch ? "application/apply-patch+yaml" : "application/json");
    context.setHeaderParam("Accept", "application/json");
    if (body !== undefined) context.setBody(JSON.stringify(body));
    const { status, text } = await this.#send(context);
    if (status >= 200 && status < 300) return JSON.parse(text);
    const told = statusSchema.safeParse(parseOrNull(text)).data?.message;
    throw new ClusterRefusal(status, told || text.slice(0, 300) || `HTTP ${status}`);
  }

  async #send(context: RequestContext): Promise<{ status: number; text: string }> {
    try {
      await this.config.applySecurityAuthentication(context);
      if (this.#dispatcher === undefined) this.#dispatcher = context.getDispatcher();
      else context.setDispatcher(this.#dispatcher);
      context.setSignal(AbortSignal.timeout(callMs));
      const response = await this.#http.send(context).toPromise();
      return { status: response.httpStatusCode, text: await response.body.text() };
    } catch (error) {
      throw new ClusterRefusal(0, `the cluster does not answer: ${messageOf(error)}`, { cause: error });
    }
  }
}

const rootOf = (apiVersion: string): string =>
  apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
