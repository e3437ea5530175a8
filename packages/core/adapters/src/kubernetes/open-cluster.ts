import { isIPv6 } from "node:net";
import { TaplineError } from "@tapline/core/kernel";
import { kubeconfig, ownNamespace, serviceAccountConfig } from "./cluster-config.ts";
import { KubernetesActuator } from "./kubernetes-actuator.ts";

export type ClusterSettings = Readonly<{
  /** Path of a kubeconfig, for whoever is outside the cluster; its current context names the namespace. */
  kubeconfig?: string | undefined;
  /** Where the API server is, as Kubernetes tells each pod. */
  host?: string | undefined;
  port?: number | undefined;
  /** Of the pod's service account, unless it is where Kubernetes puts it. */
  folder?: string | undefined;
}>;

/** The hands in the cluster that we run in, or that a kubeconfig names. @throws TaplineError `misconfigured` */
export async function openCluster(settings: ClusterSettings): Promise<KubernetesActuator> {
  const { host, port, folder } = settings;
  if (settings.kubeconfig !== undefined) {
    const config = kubeconfig(settings.kubeconfig);
    const { namespace = "default" } = config.getContextObject(config.getCurrentContext()) ?? {};
    return new KubernetesActuator({ config, namespace });
  }
  if (host === undefined || port === undefined)
    throw new TaplineError(
      "misconfigured",
      "this process is in no cluster: KUBERNETES_SERVICE_HOST is not set",
      {
        remedy: "run it as a pod, or set TAPLINE_KUBECONFIG, or TAPLINE_ACTUATOR to none",
      },
    );
  const namespace = await ownNamespace(folder);
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return new KubernetesActuator({ config: serviceAccountConfig(server, folder), namespace });
}
