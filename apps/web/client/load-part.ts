/** How often it is asked whether the server is back, ms. */
const askEveryMs = 1_000;
/** A page is loaded anew for a part no more often than that, ms. */
const reloadEveryMs = 10_000;
const reloadedKey = "tapline.reloaded-for-part";

/** What this needs of the browser. */
export interface PartSurroundings {
  isServerThere: () => Promise<boolean>;
  sleep: (ms: number) => Promise<void>;
  storage: Pick<Storage, "getItem" | "setItem">;
  reload: () => void;
  clock: () => number;
}

const browser: PartSurroundings = {
  isServerThere: () =>
    fetch("/readyz").then(
      ({ ok }) => ok,
      () => false,
    ),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  get storage() {
    return sessionStorage;
  },
  reload: () => location.reload(),
  clock: Date.now,
};

/**
 * Loads a part of a page. Where that fails, as while the server starts anew or after it was brought up to date, the whole page is
 * loaded anew once the server is there: the bundler's loader would give the same failure for ever. The part shows as loading until then.
 */
export async function loadPart<Part>(load: () => Promise<Part>, surroundings = browser): Promise<Part> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ChunkLoadError") throw error;
    await reloadPage(surroundings);
    return await new Promise<never>(() => {});
  }
}

async function reloadPage({ isServerThere, sleep, storage, reload, clock }: PartSurroundings): Promise<void> {
  const lastEpochMs = Number(storage.getItem(reloadedKey) ?? Number.NEGATIVE_INFINITY);
  while (!(await isServerThere()) || Math.abs(clock() - lastEpochMs) < reloadEveryMs) await sleep(askEveryMs);
  storage.setItem(reloadedKey, String(clock()));
  reload();
}
