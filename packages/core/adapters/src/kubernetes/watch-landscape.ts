import type { Landscape } from "@tapline/core/noops";
import { asRefusal } from "./api-failure.ts";
import type { ClusterApi } from "./cluster-api.ts";
import { readLandscape, shownResources } from "./read-landscape.ts";
import type { ShownCopy } from "./shown-copy.ts";
import { type ResourceNews, watchResource } from "./watch-resource.ts";

/** Changes that come together are told as one. */
const togetherMs = 50;

type Watcher = Readonly<{
  clock: () => number;
  onChange(landscape: Landscape): void;
  onTrouble(error: unknown): void;
}>;

/**
 * Tells of the landscape once all resources were listed and after each change; what it returns ends it.
 * @param copy an empty one, which is kept as new as what is told
 */
export function watchLandscape(api: ClusterApi, copy: ShownCopy, watcher: Watcher): () => void {
  const ending = new AbortController();
  let troubled = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = () => {
    timer = undefined;
    if (ending.signal.aborted || !copy.isWhole) return;
    let landscape: Landscape;
    try {
      landscape = readLandscape(copy.shown(), watcher.clock());
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
    const news: ResourceNews = {
      all(items) {
        copy.all(resource, items);
        soon();
      },
      put(object) {
        copy.put(resource, object);
        soon();
      },
      gone(object) {
        copy.gone(resource, object);
        soon();
      },
      trouble(error) {
        copy.lose(resource);
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
