import {
  type ActTerms,
  type Actuator,
  type ActuatorAct,
  actRefused,
  isMeshAct,
  type Landscape,
} from "@tapline/core/noops";
import { ApiFailure, asRefusal } from "./api-failure.ts";
import { ClusterApi } from "./cluster-api.ts";
import type { ClusterConfig } from "./cluster-config.ts";
import { MarkedWrites } from "./marked-writes.ts";
import { actOnMesh } from "./mesh-acts.ts";
import { readLandscape, readSituations, type Shown, shownResources } from "./read-landscape.ts";
import { refuseOld } from "./refuse-old.ts";
import { ShownCopy } from "./shown-copy.ts";
import { watchLandscape } from "./watch-landscape.ts";
import * as workloads from "./workload-acts.ts";

/** How often an act is decided anew because somebody changed its object between reading and writing. */
const attempts = 6;
/** A look is answered from what is watched for so long after the last list, ms. */
const listEveryMs = 10_000;

/**
 * The hands in a cluster, in one namespace. It writes only what is ours by labels, each object as it was read or not at all. Where an
 * autoscaler sets a number it sets the bounds: nothing is set by two.
 */
export class KubernetesActuator implements Actuator {
  readonly #api: ClusterApi;
  readonly #clock: () => number;
  /** The highest fence that stands on all objects. */
  #claimed = -1;
  /** What the last watch that is open tells; null: none is. */
  #copy: ShownCopy | null = null;
  /** When what the copy was last held against was asked for, by the clock; null: not since we acted. */
  #listedAtEpochMs: number | null = null;
  /** Beginnings and ends of acts. */
  #acts = 0;

  /** @param callMs time limit of one call to the API server */
  constructor(options: {
    config: ClusterConfig;
    namespace: string;
    clock?: (() => number) | undefined;
    callMs?: number | undefined;
  }) {
    this.#api = new ClusterApi(options.config, options.namespace, options.callMs);
    this.#clock = options.clock ?? Date.now;
  }

  async look(signal?: AbortSignal): Promise<Landscape> {
    return await refusing(async () => readLandscape(await this.#looked(signal), this.#clock()));
  }

  watch(onChange: (landscape: Landscape) => void, onTrouble: (error: unknown) => void): () => void {
    const copy = new ShownCopy();
    const end = watchLandscape(this.#api, copy, { clock: this.#clock, onChange, onTrouble });
    this.#copy = copy;
    return () => {
      if (this.#copy === copy) this.#copy = null;
      end();
    };
  }

  async act(act: ActuatorAct, terms: ActTerms): Promise<{ readonly revision: string }> {
    const writes = new MarkedWrites(this.#api, terms);
    this.#changing();
    try {
      return await refusing(async () => {
        if (terms.fence !== null) await this.#claim(writes, terms.fence);
        return { revision: await deciding(() => this.#once(act, terms, writes)) };
      });
    } finally {
      this.#changing();
    }
  }

  async halt(): Promise<void> {
    throw actRefused("unsupported", "what was restarted the cluster's own controller rolls, not NoOps", {
      remedy: "hold it by kubectl rollout pause, and go on by kubectl rollout resume",
    });
  }

  /** What was listed so far knows nothing of it: the copy counts once it has come as far as a list of afterwards. */
  #changing(): void {
    this.#acts += 1;
    this.#listedAtEpochMs = null;
  }

  async #claim(writes: MarkedWrites, fence: number): Promise<void> {
    if (fence < this.#claimed)
      throw actRefused("fenced", `the lease ${this.#claimed} has acted, this act is of lease ${fence}`, {
        remedy: "end: another process decides now",
      });
    if (fence === this.#claimed) return;
    await deciding(() => writes.claim(fence));
    this.#claimed = Math.max(this.#claimed, fence);
  }

  async #once(act: ActuatorAct, terms: ActTerms, writes: MarkedWrites): Promise<string> {
    const shown = await this.#shown(terms.signal);
    const nowEpochMs = this.#clock();
    const situations = readSituations(shown, nowEpochMs);
    if (act.kind === "share" || isMeshAct(act))
      return await actOnMesh({ shown, situations, writes, terms }, act);
    const situation = workloads.situationOf(situations, act.workload);
    const { service, colour } = act.workload;
    const own =
      writes.has(situation.deployment) || writes.has(situation.autoscaler?.object ?? situation.deployment);
    if (!own) refuseOld(terms.revision, situation.workload.revision);
    const share = readLandscape(shown, nowEpochMs).shares[service];
    const green = share?.greenPercent ?? null;
    const hands: workloads.Hands = {
      ...{ situation, writes, nowEpochMs },
      other: situations.find(({ workload: w }) => w.service === service && w.colour !== colour)?.workload,
      sharePercent: green === null || colour === "green" ? green : 100 - green,
    };
    if (act.kind === "replace") return await this.#replace(hands, act, terms);
    if (act.kind === "scale") return await workloads.scale(hands, act);
    if (act.kind === "bound") return await workloads.bound(hands, act);
    if (act.kind === "place") return await workloads.place(hands, act);
    return act.kind === "retire" ? await workloads.retire(hands) : await workloads.restart(hands);
  }

  /** The fence is written on the Deployment before its pod is evicted: an eviction itself carries none. */
  async #replace(
    hands: workloads.Hands,
    act: Extract<ActuatorAct, { kind: "replace" }>,
    terms: ActTerms,
  ): Promise<string> {
    const pod = workloads.podToReplace(hands, act);
    await hands.writes.write("deployments", hands.situation.deployment, {});
    await this.#api.evict(pod, terms.signal);
    return hands.situation.workload.revision;
  }

  /** Of the copy where it is as new as a list of the last 10 s, and none of our own acts came after that; else listed. */
  async #looked(signal?: AbortSignal): Promise<Shown> {
    const [copy, acts, nowEpochMs] = [this.#copy, this.#acts, this.#clock()];
    const ageMs = this.#listedAtEpochMs === null ? Number.NaN : nowEpochMs - this.#listedAtEpochMs;
    if (copy?.isCaughtUp === true && ageMs >= 0 && ageMs < listEveryMs) return copy.shown();
    const before = copy?.shown();
    const listed = await this.#shown(signal);
    if (copy !== null && before !== undefined && copy === this.#copy && acts === this.#acts) {
      copy.await(listed, before);
      this.#listedAtEpochMs = nowEpochMs;
    }
    return listed;
  }

  async #shown(signal?: AbortSignal): Promise<Shown> {
    const lists = await Promise.all(
      shownResources.map(async (resource) => [resource, (await this.#api.list(resource, signal)).items]),
    );
    return Object.fromEntries(lists);
  }
}

/** Decides anew, by what stands there then, where somebody changed an object between reading and writing. */
async function deciding<Result>(once: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof ApiFailure && error.isConflict) || attempt === attempts) throw error;
    }
  }
}

async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw asRefusal(error);
  }
}
