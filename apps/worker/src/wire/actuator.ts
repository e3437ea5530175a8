import { localActuator } from "@tapline/adapters/local";
import type { Actuator } from "@tapline/core/noops";
import type { Config } from "../config.ts";
import { need } from "../read-setting.ts";

type Settings = Pick<
  Config,
  | "TAPLINE_ACTUATOR"
  | "TAPLINE_ACTUATOR_SOCKET"
  | "TAPLINE_KUBECONFIG"
  | "KUBERNETES_SERVICE_HOST"
  | "KUBERNETES_SERVICE_PORT"
>;

/**
 * What runs the services, as the settings say; null: nothing that we may ask.
 * @throws TaplineError `misconfigured` naming the setting that is missing
 */
export async function openActuator(config: Settings): Promise<Actuator | null> {
  if (config.TAPLINE_ACTUATOR === "none") return null;
  if (config.TAPLINE_ACTUATOR === "local")
    return localActuator(need(config.TAPLINE_ACTUATOR_SOCKET, "TAPLINE_ACTUATOR_SOCKET", "noops"));
  // The library costs 90 MB of memory and 0.4 s: loaded where there is a cluster alone.
  const { openCluster } = await import("@tapline/adapters/kubernetes");
  return await openCluster({
    kubeconfig: config.TAPLINE_KUBECONFIG,
    host: config.KUBERNETES_SERVICE_HOST,
    port: config.KUBERNETES_SERVICE_PORT,
  });
}
