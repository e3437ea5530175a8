import { type Shown, shownResources } from "./read-landscape.ts";
import type { ClusterObject } from "./resources.ts";

type Resource = (typeof shownResources)[number];

/**
 * What a watch has told of the objects that are shown. It may stand still without anybody noticing, so it counts only while it has
 * come as far as what was listed last.
 */
export class ShownCopy {
  readonly #objects = new Map(shownResources.map((name) => [name, new Map<string, ClusterObject>()]));
  /** Not listed yet, or not since the last trouble. */
  readonly #unknown = new Set<Resource>(shownResources);
  /** By uid, the version that was listed and is not told of yet; null: it was gone. */
  readonly #awaited = new Map<string, string | null>();

  /** Whether all resources are known. */
  get isWhole(): boolean {
    return this.#unknown.size === 0;
  }

  /** Whether it is at least as new as what was listed last. */
  get isCaughtUp(): boolean {
    return this.isWhole && this.#awaited.size === 0;
  }

  all(resource: Resource, items: readonly ClusterObject[]): void {
    const objects = this.#of(resource);
    const before = [...objects.keys()];
    objects.clear();
    for (const object of items) objects.set(object.metadata.uid, object);
    this.#unknown.delete(resource);
    for (const uid of [...before, ...objects.keys()]) this.#tellOf(uid, objects.get(uid));
  }

  put(resource: Resource, object: ClusterObject): void {
    this.#of(resource).set(object.metadata.uid, object);
    this.#tellOf(object.metadata.uid, object);
  }

  gone(resource: Resource, { metadata: { uid } }: ClusterObject): void {
    this.#of(resource).delete(uid);
    // An uid is given once.
    this.#awaited.delete(uid);
  }

  /** Nothing is known of it until it is listed again. */
  lose(resource: Resource): void {
    this.#unknown.add(resource);
  }

  shown(): Shown {
    const objects = (resource: Resource) => [...this.#of(resource).values()];
    return {
      ...{ deployments: objects("deployments"), pods: objects("pods"), autoscalers: objects("autoscalers") },
      ...{ scaledObjects: objects("scaledObjects"), virtualServices: objects("virtualServices") },
      destinationRules: objects("destinationRules"),
    };
  }

  /** Counts no more until it has come as far as a list. @param before its own objects when that was asked for */
  await(listed: Shown, before: Shown): void {
    this.#awaited.clear();
    for (const resource of shownResources) {
      const there = new Set(listed[resource].map(({ metadata }) => metadata.uid));
      for (const { metadata } of before[resource])
        if (!there.has(metadata.uid) && this.#of(resource).has(metadata.uid))
          this.#awaited.set(metadata.uid, null);
      for (const { metadata } of listed[resource]) {
        this.#awaited.set(metadata.uid, metadata.resourceVersion);
        this.#tellOf(metadata.uid, this.#of(resource).get(metadata.uid));
      }
    }
  }

  /** @param now undefined where it is not there */
  #tellOf(uid: string, now: ClusterObject | undefined): void {
    const awaited = this.#awaited.get(uid);
    if (awaited === undefined) return;
    const isReached =
      awaited === null
        ? now === undefined
        : now !== undefined && isAsNew(now.metadata.resourceVersion, awaited);
    if (isReached) this.#awaited.delete(uid);
  }

  #of(resource: Resource): Map<string, ClusterObject> {
    return this.#objects.get(resource) ?? new Map();
  }
}

/** Versions of one object are numbers that grow (KEP-5504); another one that is none is only the same or not. */
function isAsNew(version: string, awaited: string): boolean {
  if (version === awaited) return true;
  const isNumber = /^\d+$/;
  return isNumber.test(version) && isNumber.test(awaited) && BigInt(version) > BigInt(awaited);
}
