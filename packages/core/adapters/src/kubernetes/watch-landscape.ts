import type { Landscape } from "@tapline/core/noops";
import { asRefusal } from "./api-failure.ts";
import type { ClusterApi } from "./cluster-api.ts";
import { readLandscape, shownResources } from "./read-landscape.ts";
import type { ClusterObject } from "./resources.ts";
import { watchResource } from "./watch-resource.ts";

/** Changes that come together are told as one. */
const togetherMs = 50;

type Watcher = Readonly<{
  clock: () => number;
  onChange(landscape: Landscape): void;
  onTrouble(error: unknown): void;
}>;

/** Tells of the landscape once all resources were listed and after each change; what it returns ends it. */
export function watchLandscape(api: ClusterApi, watcher: Watcher): () => void {
  const ending = new AbortController();
  const kept = new Map(shownResources.map((resource) => [resource, new Map<string, ClusterObject>()]));
  /** Not listed yet, or not since the last trouble. */
  const unknown = new Set<string>(shownResources);
  let troubled = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = () => {
    timer = undefined;
    if (ending.signal.aborted || unknown.size > 0) return;
    const objects = (resource: (typeof shownResources)[number]) => [...(kept.get(resource)?.values() ?? [])];
    const shown = {
      ...{ deployments: objects("deployments"), pods: objects("pods"), autoscalers: objects("autoscalers") },
      ...{ scaledObjects: objects("scaledObjects"), virtualServices: objects("virtualServices") },
    };
    let landscape: Landscape;
    try {
      landscape = readLandscape(shown, watcher.clock());
    } catch (error) {
      trouble(error);
      return;
    }
    troubled = false;
    watcher.onChange(landscape);
  };
  const trouble = (error: unknown) => {
    if (!troubled && !ending.signal.aborted) watcher.onTrouble(asRefusal(error));
    troubled = true;
  };
  const soon = () => {
    timer ??= setTimeout(tell, togetherMs);
  };

  for (const resource of shownResources) {
    const objects = kept.get(resource) ?? new Map<string, ClusterObject>();
    const news = {
      all(items: readonly ClusterObject[]) {
        objects.clear();
        for (const object of items) objects.set(object.metadata.uid, object);
        unknown.delete(resource);
        soon();
      },
      put(object: ClusterObject) {
        objects.set(object.metadata.uid, object);
        soon();
      },
      gone(object: ClusterObject) {
        objects.delete(object.metadata.uid);
        soon();
      },
      trouble(error: unknown) {
        unknown.add(resource);
        trouble(error);
      },
    };
    void watchResource(api, resource, news, ending.signal);
  }
  return () => {
    ending.abort();
    clearTimeout(timer);
  };
}
