import { randomUUID } from "node:crypto";
import { type ActTerms, actRefused } from "@tapline/core/noops";
import type { ClusterApi } from "./cluster-api.ts";
import { annotations } from "./names.ts";
import type { ClusterObject, ResourceName } from "./resources.ts";

/** All that an act may change. */
const changed = [
  "deployments",
  "autoscalers",
  "scaledObjects",
  "virtualServices",
  "destinationRules",
] as const satisfies readonly ResourceName[];

const fenceOf = ({ metadata }: ClusterObject) => Number(metadata.annotations[annotations.fence] ?? "-1");

/** @throws TaplineError (`fenced`) where a newer lease has acted on the object */
function refuseFenced(object: ClusterObject, fence: number | null): void {
  const newest = fenceOf(object);
  if (fence !== null && newest > fence)
    throw actRefused(
      "fenced",
      `${object.metadata.name}: the lease ${newest} has acted here, this act is of lease ${fence}`,
      { remedy: "end: another process decides now" },
    );
}

/** The writes of one act: each bears its fence, and is done only where no newer one stands on the object. */
export class MarkedWrites {
  readonly #api: ClusterApi;
  readonly #terms: ActTerms;
  readonly #act = randomUUID();

  constructor(api: ClusterApi, terms: ActTerms) {
    this.#api = api;
    this.#terms = terms;
  }

  /** True where this act has changed the object, though its answer may have been lost. */
  has(object: ClusterObject): boolean {
    return object.metadata.annotations[annotations.act] === this.#act;
  }

  /** Changes the object, once in an act. @returns it as it is then */
  async write(
    resource: ResourceName,
    object: ClusterObject,
    change: { metadata?: { annotations?: object }; spec?: object },
  ): Promise<ClusterObject> {
    if (this.has(object)) return object;
    refuseFenced(object, this.#terms.fence);
    const marks = {
      ...(this.#terms.fence === null ? {} : { [annotations.fence]: String(this.#terms.fence) }),
      [annotations.act]: this.#act,
      [annotations.reason]: this.#terms.reason.slice(0, 500),
    };
    const metadata = { annotations: { ...change.metadata?.annotations, ...marks } };
    return await this.#api.patch(resource, object, { ...change, metadata }, this.#terms.signal);
  }

  /**
   * Puts the fence on all objects that have a lower one. From then on whoever holds an older lease changes none of them, also
   * where the newer one has not acted yet.
   * @throws TaplineError (`fenced`) where any of them bears a higher one
   */
  async claim(fence: number): Promise<void> {
    const { signal } = this.#terms;
    const lists = await Promise.all(
      changed.map(async (resource) => ({ resource, ...(await this.#api.list(resource, signal)) })),
    );
    for (const { items } of lists) for (const object of items) refuseFenced(object, fence);
    for (const { resource, items } of lists)
      for (const object of items.filter((one) => fenceOf(one) < fence)) {
        const metadata = { annotations: { [annotations.fence]: String(fence) } };
        await this.#api.patch(resource, object, { metadata }, signal);
      }
  }
}
