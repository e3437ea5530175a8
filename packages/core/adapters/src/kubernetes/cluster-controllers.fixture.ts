import { createHash } from "node:crypto";
import type { ClusterStore, Json, Stored } from "./cluster-store.fixture.ts";

type DeploymentSpec = {
  replicas: number;
  template: { metadata: { labels: Record<string, string> }; spec: Json };
};

/** A pod comes up, and goes, within so long. */
const stepMs = 20;

/**
 * What a cluster does by itself: pods of Deployments, exchanged one more and none less; autoscalers that keep within their bounds. An
 * image whose tag begins with `broken` does not come up.
 */
export class ClusterControllers {
  readonly #store: ClusterStore;
  readonly #off: () => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #count = 0;
  #waiting = false;

  constructor(store: ClusterStore) {
    this.#store = store;
    this.#off = store.onEvent(() => this.#soon());
  }

  end(): void {
    this.#off();
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #later(ms: number, work: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, ms);
    this.#timers.add(timer);
  }

  #soon(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#later(1, () => {
      this.#waiting = false;
      for (const deployment of this.#all("deployments")) {
        this.#autoscale(deployment);
        this.#reconcile(
          this.#store.get("deployments", deployment.metadata.namespace, deployment.metadata.name),
        );
      }
    });
  }

  #all(resource: string): Stored[] {
    return this.#store.namespaces.flatMap((namespace) => this.#store.list(resource, namespace));
  }

  #autoscale({ metadata: { namespace, name }, spec }: Stored): void {
    const aims = (scaler: Stored) => (scaler.spec.scaleTargetRef as { name: string }).name === name;
    const now = Number(spec.replicas);
    const scaled = this.#all("scaledobjects").find(aims);
    const paused = scaled?.metadata.annotations["autoscaling.keda.sh/paused-replicas"];
    const bounds = scaled ?? this.#all("horizontalpodautoscalers").find(aims);
    if (bounds === undefined) return;
    const min = Number(bounds.spec.minReplicas ?? bounds.spec.minReplicaCount);
    const max = Number(bounds.spec.maxReplicas ?? bounds.spec.maxReplicaCount);
    // A HorizontalPodAutoscaler lets a Deployment be that is at 0.
    const kept = scaled === undefined && now === 0 ? 0 : Math.min(Math.max(now, min), max);
    const replicas = paused === undefined ? kept : Number(paused);
    if (replicas !== now)
      this.#store.patch("deployments", namespace, name, { spec: { replicas } }, "autoscaler");
  }

  #reconcile(deployment: Stored): void {
    const { namespace, name } = deployment.metadata;
    const { replicas, template } = deployment.spec as DeploymentSpec;
    const hash = createHash("sha256").update(JSON.stringify(template)).digest("hex").slice(0, 8);
    const pods = this.#store
      .list("pods", namespace)
      .filter(
        (pod) => pod.metadata.labels.deployment === name && pod.metadata.deletionTimestamp === undefined,
      );
    const fresh = pods.filter((pod) => pod.metadata.labels["pod-template-hash"] === hash);
    const old = pods.filter((pod) => pod.metadata.labels["pod-template-hash"] !== hash);
    const isReady = (pod: Stored) =>
      ((pod.status.conditions as { status: string }[])[0]?.status ?? "") === "True";
    const rolling = old.length > 0 && replicas > 0;
    const up = fresh.filter(isReady).length;
    if (fresh.length > replicas) for (const pod of fresh.slice(replicas)) this.#end(pod);
    else if (!rolling) for (let i = fresh.length; i < replicas; i += 1) this.#start(deployment, hash);
    else if (fresh.length === up && fresh.length < replicas && pods.length <= replicas)
      this.#start(deployment, hash);
    // One more, none less: an old one goes where as many are ready without it as there should be.
    const spare = up + old.filter(isReady).length - replicas;
    const first = old.find((pod) => !isReady(pod)) ?? old[0];
    if (first !== undefined && (spare > 0 || !isReady(first) || replicas === 0)) this.#end(first);
  }

  #start(deployment: Stored, hash: string): void {
    this.#count += 1;
    const { namespace, name } = deployment.metadata;
    const { template } = deployment.spec as DeploymentSpec;
    const podName = `${name}-${hash}-${String(this.#count).padStart(5, "0")}`;
    const labels = { ...template.metadata.labels, "pod-template-hash": hash, deployment: name };
    const containers = template.spec.containers as { image: string }[];
    const broken = containers.some(({ image }) => image.includes(":broken"));
    this.#store.create("pods", namespace, {
      metadata: { name: podName, labels },
      spec: template.spec,
      status: podStatus(false, broken ? { waiting: { reason: "CrashLoopBackOff" } } : {}),
    });
    if (!broken) this.#later(stepMs, () => this.#change(namespace, podName, podStatus(true, running())));
  }

  /** As the kubelet does: first it is marked, then it is gone. */
  #end({ metadata: { namespace, name } }: Stored): void {
    endPod(this.#store, namespace, name);
    this.#later(stepMs, () => {
      if (this.#store.list("pods", namespace).some((pod) => pod.metadata.name === name))
        this.#store.remove("pods", namespace, name);
    });
  }

  #change(namespace: string, name: string, status: Json): void {
    if (this.#store.list("pods", namespace).some((pod) => pod.metadata.name === name))
      this.#store.patch("pods", namespace, name, { status }, "kubelet");
  }
}

const running = () => ({ running: { startedAt: new Date().toISOString() } });

export function podStatus(ready: boolean, state: Json, restartCount = 0): Json {
  const lastTransitionTime = new Date().toISOString();
  return {
    phase: ready ? "Running" : "Pending",
    conditions: [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime }],
    containerStatuses: [{ name: "main", restartCount, state }],
  };
}

/** Marks a pod as one that ends. */
export function endPod(store: ClusterStore, namespace: string, name: string): void {
  const metadata = { deletionTimestamp: new Date().toISOString() };
  store.patch("pods", namespace, name, { metadata }, "kube-controller-manager");
}
