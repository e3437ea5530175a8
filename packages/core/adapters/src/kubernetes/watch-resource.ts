import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { ApiFailure } from "./api-failure.ts";
import type { ClusterApi } from "./cluster-api.ts";
import { readJsonLines } from "./read-lines.ts";
import { type ClusterObject, objectSchema, type ResourceName } from "./resources.ts";

const firstPauseMs = 200;
const longestPauseMs = 15_000;
/** An extension that is not installed is looked for so often. */
const missingPauseMs = 60_000;
/** Without a word for so long a watch is opened anew; API servers send a bookmark each minute. */
const silenceMs = 150_000;

const eventSchema = z.discriminatedUnion("type", [
  z.looseObject({ type: z.enum(["ADDED", "MODIFIED", "DELETED"]), object: objectSchema }),
  z.looseObject({
    type: z.literal("BOOKMARK"),
    object: z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string() }) }),
  }),
  z.looseObject({ type: z.literal("ERROR"), object: z.looseObject({ code: z.number().default(500) }) }),
]);

/** What somebody who keeps a copy of a resource is told. */
export type ResourceNews = Readonly<{
  /** All that there is: at first, and after each gap. */
  all(objects: readonly ClusterObject[]): void;
  put(object: ClusterObject): void;
  gone(object: ClusterObject): void;
  trouble(error: unknown): void;
}>;

/**
 * Keeps somebody informed of a resource until `signal` aborts: lists, then watches from the list's version. A watch that ended is gone
 * on with where it stood, one that failed begins with a new list, at once where its version was too old (410), else after
 * a pause that doubles from 0.2 s to 15 s.
 */
export async function watchResource(
  api: ClusterApi,
  resource: ResourceName,
  news: ResourceNews,
  signal: AbortSignal,
): Promise<void> {
  let version: string | null = null;
  let failures = 0;
  while (!signal.aborted) {
    try {
      version ??= await listAll(api, resource, news, signal);
      if (version === null) await rest(missingPauseMs, signal);
      else
        version = await follow(api, resource, version, news, signal, () => {
          failures = 0;
        });
    } catch (error) {
      if (signal.aborted) return;
      version = null;
      failures += 1;
      if (isUsual(error) && failures === 1) continue;
      news.trouble(error);
      await rest(pauseAfter(error, failures), signal);
    }
  }
}

/** Part of a long life: the history's end, a token that was exchanged between reading and using it. */
function isUsual(error: unknown): boolean {
  return error instanceof ApiFailure && (error.status === 410 || error.status === 401);
}

function pauseAfter(error: unknown, failures: number): number {
  const backOffMs = Math.min(firstPauseMs * 2 ** Math.min(failures - 1, 10), longestPauseMs);
  const askedMs = error instanceof ApiFailure ? (error.retryAfterMs ?? 0) : 0;
  return Math.max(Math.min(askedMs, longestPauseMs), backOffMs * (0.5 + Math.random() / 2));
}

/** @returns the version from which on changes are news; null where the extension is not installed */
async function listAll(
  api: ClusterApi,
  resource: ResourceName,
  news: ResourceNews,
  signal: AbortSignal,
): Promise<string | null> {
  const { items, resourceVersion, installed } = await api.list(resource, signal);
  news.all(items);
  return installed ? resourceVersion : null;
}

/** One watch, until it ends. @returns the version up to which everything was told */
async function follow(
  api: ClusterApi,
  resource: ResourceName,
  from: string,
  news: ResourceNews,
  signal: AbortSignal,
  onWord: () => void,
): Promise<string> {
  let version = from;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const stream = await api.openWatch(resource, from, AbortSignal.any([signal, silence.signal]));
    for await (const line of readJsonLines(stream)) {
      timer.refresh();
      const event = eventSchema.parse(line);
      if (event.type === "ERROR") throw new ApiFailure(event.object.code, JSON.stringify(event.object));
      onWord();
      version = event.object.metadata.resourceVersion;
      if (event.type === "DELETED") news.gone(event.object);
      else if (event.type !== "BOOKMARK") news.put(event.object);
    }
  } catch (error) {
    if (!silence.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return version;
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal }).catch(() => undefined);
}
