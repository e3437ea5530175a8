import { type ActuatorAct, type Landscape, refusalOf, type Workload } from "@tapline/core/noops";
import { afterEach, beforeEach, expect, vi } from "vitest";
import { serviceAccountConfig } from "./cluster-config.ts";
import { ClusterDouble } from "./cluster-double.fixture.ts";
import { KubernetesActuator } from "./kubernetes-actuator.ts";

export const green = { service: "ingest", colour: "green" } as const;
export const blue = { service: "ingest", colour: "blue" } as const;
export const terms = { fence: 1, reason: "because a test wants it" };
export const release = { id: "ingest@2", version: "2.0.0", config: { LOG_LEVEL: "debug" } };

export const readyOf = (w: Workload) => w.replicas.filter(({ state }) => state === "ready").length;

export function workload(landscape: Landscape, name: { service: string; colour: string }): Workload {
  const found = landscape.workloads.find((w) => w.service === name.service && w.colour === name.colour);
  if (found === undefined) throw new Error(`no ${name.service}/${name.colour}`);
  return found;
}

/** A cluster for each test, and hands that know it by a service account. */
export class Bench {
  cluster!: ClusterDouble;
  hands!: KubernetesActuator;

  constructor() {
    beforeEach(async () => {
      this.cluster = await ClusterDouble.start();
      this.hands = this.actuator();
    });
    afterEach(() => this.cluster.end());
  }

  /** Another process of noops. */
  actuator(callMs?: number): KubernetesActuator {
    const config = serviceAccountConfig(this.cluster.url, this.cluster.folder);
    return new KubernetesActuator({ config, namespace: this.cluster.namespace, callMs });
  }

  object(resource: string, name: string) {
    return this.cluster.store.get(resource, "tapline", name);
  }

  /** Waits until so many replicas are ready, and no others are there. */
  async settle(name: { service: string; colour: string }, replicas: number): Promise<Workload> {
    return await vi.waitFor(
      async () => {
        const found = workload(await this.hands.look(), name);
        expect(found.replicas).toHaveLength(replicas);
        expect(readyOf(found)).toBe(replicas);
        return found;
      },
      { timeout: 20_000, interval: 30 },
    );
  }

  /** What an act is refused as. */
  async refusal(act: ActuatorAct, how: object = {}): Promise<string | null> {
    const error = await this.hands.act(act, { ...terms, ...how }).then(
      () => new Error("it was done"),
      (e: unknown) => e,
    );
    return refusalOf(error) ?? String(error);
  }
}
