import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { KubeConfig, type RequestContext, type User } from "@kubernetes/client-node";
import { messageOf, TaplineError } from "@tapline/core/kernel";

/** Where a pod finds its service account. */
export const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** How we are known to a cluster, and by what we know it. */
export class ClusterConfig extends KubeConfig {
  #dispatcher: ReturnType<RequestContext["getDispatcher"]>;

  /** The library makes new connections for each request; ours are kept. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    if (this.#dispatcher === undefined) this.#dispatcher = context.getDispatcher();
    else context.setDispatcher(this.#dispatcher);
  }

  /** Connects anew from now on, by the authority's certificate as it stands in its file then. */
  reconnect(): void {
    this.#dispatcher = undefined;
  }

  /** @throws TaplineError `misconfigured` */
  get server(): string {
    const server = this.getCurrentCluster()?.server;
    if (server === undefined)
      throw new TaplineError("misconfigured", "the kubeconfig names no cluster in its current context", {
        remedy: "kubectl config use-context",
      });
    return server;
  }
}

/** Reads the token's file for each request: the cluster exchanges the token while we run. */
const readTokenFile = {
  isAuthProvider: (user: User) => user.authProvider?.name === "service-account",
  async applyAuthentication(user: User, options: { headers?: unknown }): Promise<void> {
    const token = await readFile(String(user.authProvider.config.path), "utf8");
    Object.assign(options.headers ?? {}, { Authorization: `Bearer ${token.trim()}` });
  },
};

/** @param server `https://host:port`; @param folder holds `token` and `ca.crt` */
export function serviceAccountConfig(server: string, folder = serviceAccountFolder): ClusterConfig {
  const config = new ClusterConfig();
  config.addAuthenticator(readTokenFile);
  const authProvider = { name: "service-account", config: { path: join(folder, "token") } };
  config.loadFromClusterAndUser(
    { name: "cluster", server, caFile: join(folder, "ca.crt"), skipTLSVerify: false },
    { name: "noops", authProvider },
  );
  return config;
}

/** The namespace that a pod's service account belongs to. @throws TaplineError `misconfigured` */
export async function ownNamespace(folder = serviceAccountFolder): Promise<string> {
  try {
    return (await readFile(join(folder, "namespace"), "utf8")).trim();
  } catch (error) {
    throw new TaplineError("misconfigured", `the pod has no service account: ${messageOf(error)}`, {
      remedy: "set automountServiceAccountToken: true for the role noops, or TAPLINE_ACTUATOR to none",
      cause: error,
    });
  }
}

/** For commands and tests outside a cluster. @throws what reading the file throws */
export function kubeconfig(path: string): ClusterConfig {
  const config = new ClusterConfig();
  config.loadFromFile(path);
  return config;
}
