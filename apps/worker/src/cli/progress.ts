import type { ArchivePlaces } from "../wire/commands/open-archives.ts";
import { ReadMeter } from "../wire/commands/read-meter.ts";
import { bytesText } from "./bytes-text.ts";
import { count } from "./count.ts";
import { spanText } from "./span-text.ts";

export interface ProgressOptions {
  readonly progress?: boolean;
}

/** How far a long command is. */
export type Done = { readonly done: number; readonly unit: readonly [one: string, several: string] } & {
  /** How many there are in all, where that is known. */
  readonly of?: number;
  readonly bytes?: number;
};

const everyMs = 3_000;

/** Whether anybody looks on. */
export function isWatched({ progress }: ProgressOptions): boolean {
  return progress === true || process.stderr.isTTY === true;
}

/**
 * Says on standard error every 3 s how far a command is, where somebody looks on.
 * @returns ends it
 */
export function tellProgress(options: ProgressOptions, read: () => Done): () => void {
  if (!isWatched(options)) return () => undefined;
  const startedAt = performance.now();
  const timer = setInterval(() => {
    process.stderr.write(`${progressText(read(), performance.now() - startedAt)}\n`);
  }, everyMs).unref();
  return () => clearInterval(timer);
}

/** Archives of which it is told how much was read, until `stop`. */
export function watchedPlaces(
  places: ArchivePlaces,
  options: ProgressOptions,
): { readonly places: ArchivePlaces; readonly stop: () => void } {
  const meter = new ReadMeter();
  return { places: { ...places, meter }, stop: tellProgress(options, () => archiveProgress(meter)) };
}

/** What was read of archives, as progress. */
export function archiveProgress(meter: ReadMeter): Done {
  return { done: meter.files, unit: ["file", "files"], bytes: meter.bytes };
}

/** In one line: how much, how fast, and how long it still takes where that can be told. */
export function progressText({ done, unit, of, bytes }: Done, ms: number): string {
  const seconds = Math.max(1, ms / 1_000);
  const perSecond = done / seconds;
  const parts = [
    of === undefined ? `${count(done, ...unit)} read` : `${done} of ${count(of, ...unit)} read`,
    ...(bytes === undefined
      ? [`${Math.round(perSecond)} per second`]
      : [bytesText(bytes), `${bytesText(Math.round(bytes / seconds))} per second`]),
    `after ${spanText(ms)}`,
    ...(of === undefined || done === 0 ? [] : [`about ${spanText(((of - done) / perSecond) * 1_000)} left`]),
  ];
  return parts.join(", ");
}
