import { setTimeout as sleep } from "node:timers/promises";
import { TaplineError } from "@tapline/core/kernel";
import { type Manifest, nameOf } from "../mesh/index.ts";
import { type ClusterClient, ClusterRefusal } from "./cluster-client.ts";
import { type Standing, standingOf } from "./readiness.ts";
import { stagesOf } from "./stages.ts";

export type InstallOptions = Readonly<{
  /** How long stores, migrations and processes may take each, ms. Default: 10 min, images being fetched. */
  waitMs?: number;
  /** Between two looks, ms. Default: 1 s. */
  everyMs?: number;
  /** Told what is done. */
  say?: (line: string) => void;
  /** What else is applied once the stores are ready, such as Secrets made of what an operator has made. */
  onceStoresAreReady?: () => Promise<readonly Manifest[]>;
}>;

const usual = { waitMs: 600_000, everyMs: 1_000, say: () => undefined, onceStoresAreReady: async () => [] };

/**
 * An installation in a cluster that this process has made, and takes away again: what was there before stays.
 */
export class Installation {
  readonly #client: ClusterClient;
  readonly #options: Required<InstallOptions>;
  /** In the order in which it was made. */
  readonly #made: Manifest[] = [];

  constructor(client: ClusterClient, options: InstallOptions = {}) {
    this.#client = client;
    this.#options = { ...usual, ...options };
  }

  /**
   * Applies the manifests and waits until all runs.
   * @throws TaplineError `misconfigured` where kinds are not installed, a namespace of the manifests is somebody's already, or
   * something is refused; `unavailable` where something does not get ready. What was applied is there then: `remove` it
   */
  async install(manifests: readonly Manifest[]): Promise<void> {
    await this.#requireKinds(manifests);
    await this.#requireEmptyNamespaces(manifests);
    const { base, stores, jobs, processes } = stagesOf(manifests);
    await this.#apply("rules, accounts and secrets", base);
    await this.#apply("stores", stores);
    await this.#wait(stores);
    await this.#apply("what the stores gave", await this.#options.onceStoresAreReady());
    await this.#apply("migrations", jobs);
    await this.#wait(jobs);
    await this.#apply("processes", processes);
    await this.#wait(processes);
  }

  /** Applies one more object of an installation that runs, or one of its objects changed, and waits for it. */
  async change(manifest: Manifest): Promise<void> {
    await this.#apply(nameOf(manifest), [manifest]);
    await this.#wait([manifest]);
  }

  /** Takes away what was made here, newest first, and waits until it is gone. @throws TaplineError `unavailable` that names what stays */
  async remove(): Promise<void> {
    const made = this.#made.toReversed();
    const namespaces = made.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
    // What lies in a namespace that goes, goes with it.
    const apart = made.filter(({ metadata }) => !namespaces.includes(metadata.namespace ?? ""));
    for (const manifest of apart) await this.#client.remove(manifest);
    await this.#until(apart, async (manifest) =>
      (await this.#client.read(manifest)) === null
        ? { is: "ready", what: "" }
        : { is: "waiting", what: "is still there" },
    );
    this.#made.length = 0;
  }

  async #requireKinds(manifests: readonly Manifest[]): Promise<void> {
    const missing = await this.#client.missingKinds(manifests);
    if (missing.length > 0)
      throw new TaplineError("misconfigured", `the cluster does not know ${missing.join(", ")}`, {
        remedy: "install what defines them first: docs/cluster.md, On Monday",
      });
  }

  /** Somebody's installation must not be taken for ours, and away with it. */
  async #requireEmptyNamespaces(manifests: readonly Manifest[]): Promise<void> {
    for (const manifest of manifests.filter(({ kind }) => kind === "Namespace"))
      if ((await this.#client.read(manifest)) !== null)
        throw new TaplineError("misconfigured", `the namespace ${manifest.metadata.name} is there already`, {
          remedy: "take another cluster, or remove it if nobody needs what is in it",
        });
  }

  async #apply(what: string, manifests: readonly Manifest[]): Promise<void> {
    if (manifests.length === 0) return;
    this.#options.say(`applying ${what} (${manifests.length})`);
    for (const manifest of manifests) {
      const isNew = (await this.#client.read(manifest)) === null;
      // Before it is asked for: it may be there though the answer never came.
      if (isNew) this.#made.push(manifest);
      await this.#client.apply(manifest).catch((error: unknown) => {
        if (isNew && isRefused(error)) this.#made.pop();
        throw error;
      });
    }
  }

  async #wait(manifests: readonly Manifest[]): Promise<void> {
    await this.#until(manifests, async (manifest) => standingOf(manifest, await this.#client.read(manifest)));
  }

  async #until(
    manifests: readonly Manifest[],
    look: (manifest: Manifest) => Promise<Standing>,
  ): Promise<void> {
    const { waitMs, everyMs } = this.#options;
    const end = performance.now() + waitMs;
    for (;;) {
      const standings = await Promise.all(
        manifests.map(async (manifest) => ({
          name: nameOf(manifest),
          ...(await look(manifest).catch(passingOf)),
        })),
      );
      const late = standings.filter(({ is }) => is !== "ready");
      const failed = late.filter(({ is }) => is === "failed");
      if (late.length === 0) return;
      if (failed.length > 0 || performance.now() > end) {
        const named = (failed.length > 0 ? failed : late).map(({ name, what }) => `${name} ${what}`);
        const waited = failed.length > 0 ? "" : `waited ${waitMs / 1_000} s in vain: `;
        throw new TaplineError("unavailable", `${waited}${named.join("; ")}`, {
          remedy: "kubectl describe it and its pods, and read their logs",
        });
      }
      await sleep(everyMs);
    }
  }
}

/** The server said no: nothing was made. What is there then is somebody else's. */
function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof ClusterRefusal && !isPassing(cause);
}

/** A server that restarts, or is asked too much, is asked again. */
function passingOf(error: unknown): Standing {
  if (!(error instanceof ClusterRefusal) || !isPassing(error)) throw error;
  return { is: "waiting", what: error.message };
}

const isPassing = ({ status }: ClusterRefusal): boolean => status === 0 || status === 429 || status >= 500;
