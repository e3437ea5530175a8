import { HttpMethod, IsomorphicFetchHttpLibrary, RequestContext } from "@kubernetes/client-node";
import type { ClusterConfig } from "./cluster-config.ts";

/** Somebody who sets a cluster up for a test, with the rights that the kubeconfig gives. */
export class ClusterAdmin {
  readonly #config: ClusterConfig;
  readonly #http = new IsomorphicFetchHttpLibrary();

  constructor(config: ClusterConfig) {
    this.#config = config;
  }

  /** @param path as `apis/apps/v1/namespaces/x/deployments` */
  async create(path: string, object: object): Promise<Record<string, unknown>> {
    return await this.#ask(HttpMethod.POST, path, object);
  }

  async remove(path: string): Promise<void> {
    await this.#ask(HttpMethod.DELETE, path, { gracePeriodSeconds: 0, propagationPolicy: "Background" });
  }

  async #ask(method: HttpMethod, path: string, body: object): Promise<Record<string, unknown>> {
    const context = new RequestContext(`${this.#config.server}/${path}`, method);
    context.setHeaderParam("Content-Type", "application/json");
    context.setBody(JSON.stringify(body));
    await this.#config.applySecurityAuthentication(context);
    const response = await this.#http.send(context).toPromise();
    const text = await response.body.text();
    if (response.httpStatusCode >= 300)
      throw new Error(`${method} ${path}: ${response.httpStatusCode} ${text}`);
    return JSON.parse(text);
  }
}
