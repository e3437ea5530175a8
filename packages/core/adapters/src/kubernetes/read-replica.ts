import type { Replica } from "@tapline/core/noops";
import { type ClusterObject, podStatus } from "./resources.ts";

/** A pod that is over: it stays listed until somebody cleans up, another one runs in its place. */
export function isOver(pod: ClusterObject): boolean {
  const { phase } = podStatus.parse(pod.status);
  return phase === "Failed" || phase === "Succeeded";
}

/** The kubelet waits for these at each start: it does not come up. */
const hopeless = /^(CrashLoopBackOff|.*Image.*|Create.*Error|RunContainerError|PostStartHookError)$/;

/**
 * A pod as a replica of a service.
 * @param deadlineMs a pod that is not ready for so long has failed (the Deployment's progress deadline)
 */
export function readReplica(
  pod: ClusterObject,
  service: string,
  deadlineMs: number,
  nowEpochMs: number,
): Replica {
  const status = podStatus.parse(pod.status);
  const created = Date.parse(pod.metadata.creationTimestamp ?? "");
  const lives = status.containerStatuses.flatMap(({ state }) => {
    const atEpochMs = Date.parse(state.running?.startedAt ?? "");
    return Number.isNaN(atEpochMs) ? [] : [atEpochMs];
  });
  return {
    name: pod.metadata.name,
    state: stateOf(pod, status, deadlineMs, nowEpochMs),
    // The container that came up last began the present life.
    startedAtEpochMs: lives.length > 0 ? Math.max(...lives) : Number.isNaN(created) ? nowEpochMs : created,
    restarts: status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
    services: [service],
  };
}

function stateOf(
  pod: ClusterObject,
  status: ReturnType<typeof podStatus.parse>,
  deadlineMs: number,
  nowEpochMs: number,
): Replica["state"] {
  if (pod.metadata.deletionTimestamp !== undefined) return "draining";
  const ready = status.conditions.find(({ type }) => type === "Ready");
  if (ready?.status === "True") return "ready";
  const waits = status.containerStatuses.some(({ state }) => hopeless.test(state.waiting?.reason ?? ""));
  if (waits) return "failed";
  const sinceEpochMs = Date.parse(ready?.lastTransitionTime ?? pod.metadata.creationTimestamp ?? "");
  return nowEpochMs - sinceEpochMs > deadlineMs ? "failed" : "starting";
}
