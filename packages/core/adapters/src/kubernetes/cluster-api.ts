import { setTimeout as pause } from "node:timers/promises";
import {
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  PatchStrategy,
  RequestContext,
  type ResponseContext,
} from "@kubernetes/client-node";
import { messageOf } from "@tapline/core/kernel";
import { ApiFailure } from "./api-failure.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { fieldManager, ours } from "./names.ts";
import { type ClusterObject, listSchema, objectSchema, type ResourceName, resources } from "./resources.ts";

const attempts = 5;
const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** What may pass: too many requests, and what a server that restarts or a balancer before it says; 0 = no answer. */
const passing: ReadonlySet<number> = new Set([0, 429, 500, 502, 503, 504]);

type Ask = {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly method?: HttpMethod;
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
};

/**
 * The API of one namespace, in plain JSON: the library's typed classes drop fields that they do not know, and what we write
 * back must not lack any. Each call has a time limit; what may pass is tried again up to five times, after as long as
 * the server asks (5 s at most). Everything rejects with an ApiFailure.
 */
export class ClusterApi {
  readonly #config: ClusterConfig;
  readonly #namespace: string;
  readonly #callMs: number;
  readonly #http = new IsomorphicFetchHttpLibrary();

  /** @param callMs time limit of one call */
  constructor(config: ClusterConfig, namespace: string, callMs = 10_000) {
    this.#config = config;
    this.#namespace = namespace;
    this.#callMs = callMs;
  }

  /** What is ours and matches the labels; empty where the extension is not installed. */
  async list(
    resource: ResourceName,
    signal?: AbortSignal,
    labelled = ours,
  ): Promise<{ items: ClusterObject[]; resourceVersion: string; installed: boolean }> {
    try {
      const query = { labelSelector: labelled };
      const list = listSchema.parse(await this.#ask({ path: this.#path(resource), query, signal }));
      return { items: list.items, resourceVersion: list.metadata.resourceVersion, installed: true };
    } catch (error) {
      const missing = error instanceof ApiFailure && error.status === 404 && resources[resource].extension;
      if (missing) return { items: [], resourceVersion: "", installed: false };
      throw error;
    }
  }

  /** Anything that may be read, by its path, and when the server said so by its own clock, epoch ms (to the second). */
  async read(
    path: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<{ body: unknown; serverEpochMs: number | null }> {
    const signal = AbortSignal.timeout(this.#callMs);
    const response = await this.#once({ path, query }, signal);
    const serverEpochMs = Date.parse(response.headers.date ?? "");
    const body: unknown = JSON.parse(await response.body.text());
    return { body, serverEpochMs: Number.isNaN(serverEpochMs) ? null : serverEpochMs };
  }

  /** Changes the object where it still is as it was read: its resourceVersion goes with the change. */
  async patch(
    resource: ResourceName,
    object: ClusterObject,
    change: { metadata?: object; spec?: object },
    signal?: AbortSignal,
  ): Promise<ClusterObject> {
    const { name, resourceVersion } = object.metadata;
    const body = { ...change, metadata: { ...change.metadata, resourceVersion } };
    const query = { fieldManager, fieldValidation: "Strict" };
    const path = `${this.#path(resource)}/${name}`;
    return objectSchema.parse(await this.#ask({ path, query, method: HttpMethod.PATCH, body, signal }));
  }

  /** Ends a pod where the budgets of disruptions allow it, and only the one that was looked at; one that is gone has ended. */
  async evict(pod: ClusterObject, signal?: AbortSignal): Promise<void> {
    const { name, uid } = pod.metadata;
    const body = {
      ...{ apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: this.#namespace } },
      deleteOptions: { preconditions: { uid } },
    };
    const path = `${this.#path("pods")}/${name}/eviction`;
    try {
      await this.#ask({ path, method: HttpMethod.POST, body, signal });
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.status !== 404) throw error;
    }
  }

  /** The stream of changes since a version. Rejects with an ApiFailure, 410 where the version is too old. */
  async openWatch(
    resource: ResourceName,
    resourceVersion: string,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const query = {
      ...{ watch: "true", allowWatchBookmarks: "true", timeoutSeconds: "240" },
      ...{ labelSelector: ours, resourceVersion },
    };
    const response = await this.#once({ path: this.#path(resource), query }, signal);
    const stream = response.body.stream();
    if (stream === null) throw new ApiFailure(0, "the watch has no body");
    return stream;
  }

  #path(resource: ResourceName): string {
    const { path, plural } = resources[resource];
    return `/${path}/namespaces/${this.#namespace}/${plural}`;
  }

  async #ask(ask: Ask): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const limit = AbortSignal.timeout(this.#callMs);
        const signal = ask.signal === undefined ? limit : AbortSignal.any([limit, ask.signal]);
        const response = await this.#once(ask, signal);
        return JSON.parse(await response.body.text());
      } catch (error) {
        const failure =
          error instanceof ApiFailure ? error : new ApiFailure(0, messageOf(error), { cause: error });
        const waitMs = pauseAfter(failure, attempt);
        if (waitMs === null || ask.signal?.aborted === true) throw failure;
        await pause(waitMs, undefined, { signal: ask.signal }).catch(() => {
          throw failure;
        });
      }
    }
  }

  async #once(ask: Ask, signal: AbortSignal): Promise<ResponseContext> {
    const context = new RequestContext(`${this.#config.server}${ask.path}`, ask.method ?? HttpMethod.GET);
    for (const [name, value] of Object.entries(ask.query ?? {})) context.setQueryParam(name, value);
    context.setHeaderParam("Accept", "application/json");
    context.setHeaderParam("User-Agent", fieldManager);
    if (ask.body !== undefined) {
      const patch = ask.method === HttpMethod.PATCH;
      context.setHeaderParam("Content-Type", patch ? PatchStrategy.MergePatch : "application/json");
      context.setBody(JSON.stringify(ask.body));
    }
    const response = await this.#send(context, signal);
    const status = response.httpStatusCode;
    if (status >= 200 && status < 300) return response;
    const text = await response.body.text().catch(() => "");
    throw new ApiFailure(status, text, { retryAfter: response.headers["retry-after"] });
  }

  async #send(context: RequestContext, signal: AbortSignal): Promise<ResponseContext> {
    try {
      await this.#config.applySecurityAuthentication(context);
      context.setSignal(signal);
      return await this.#http.send(context).toPromise();
    } catch (error) {
      this.#config.reconnect();
      const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
      throw new ApiFailure(0, `no answer (${messageOf(error)}${cause})`, { cause: error });
    }
  }
}

/** How long to wait before the next attempt; null: there is none. */
function pauseAfter(failure: ApiFailure, attempt: number): number | null {
  if (attempt >= attempts || failure.disruptionBudget) return null;
  // The token may have been exchanged between reading and using it: it is read anew, once.
  if (failure.status === 401) return attempt === 1 ? 0 : null;
  if (!passing.has(failure.status)) return null;
  if (failure.retryAfterMs !== null) return Math.min(failure.retryAfterMs, longestPauseMs);
  const longest = Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs);
  return longest / 2 + (Math.random() * longest) / 2;
}
