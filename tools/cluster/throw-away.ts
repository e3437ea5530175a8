import type { KubeConfig } from "@kubernetes/client-node";
import { TaplineError } from "@tapline/core/kernel";

/** How tools that make clusters on one machine name their contexts. */
const names = /^(kind-|k3d-|minikube$|docker-desktop$|rancher-desktop$|colima$)/;
const loopback = /^https?:\/\/(127\.0\.0\.1|localhost|\[::1\]|0\.0\.0\.0)(:\d+)?\/?$/;

/**
 * Refuses a cluster that others may need: tests make namespaces there, set rules for the whole mesh and take them away again.
 * @param named the context that somebody has named as one to throw away
 * @throws TaplineError `misconfigured`
 */
export function requireThrowAway(config: KubeConfig, named: string | undefined): void {
  const context = config.getCurrentContext();
  const server = config.getCurrentCluster()?.server ?? "";
  if (named !== undefined && named === context) return;
  if (names.test(context) && loopback.test(server)) return;
  throw new TaplineError(
    "misconfigured",
    `${context} at ${server} does not look like a cluster to throw away`,
    {
      remedy: `if it is one: TAPLINE_THROW_AWAY_CLUSTER=${context} npm run test:cluster`,
    },
  );
}
