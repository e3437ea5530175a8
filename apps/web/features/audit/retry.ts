import { detailOf } from "../../client/api.ts";

/** While the server cannot answer it is asked so often, ms. */
const retryMs = 3_000;
/** No longer than this a busy server is left alone, where it does not ask for more, ms. */
const longestMs = 30_000;

/** After how many ms a server that has too much to do says that it may be asked again; null for any other error. */
function busyForMs(error: unknown): number | null {
  const detail = detailOf(error);
  const ms = detail?.code === "overloaded" ? detail.facts.retryAfterMs : undefined;
  return typeof ms === "number" ? ms : null;
}

/** Whether the server has too much to do for now, and nothing else is wrong. */
export const isBusy = (error: unknown): boolean => busyForMs(error) !== null;

/**
 * How long to wait before it is asked again, ms; null where it would be refused again, such as a search that takes too long. A busy server
 * is asked as soon as it says, and each time that it is busy still after twice as long; not all who were refused at once come back at once.
 * @param refused how often in a row, from 1
 * @param chance 0 to 1
 */
export function retryInMs(error: unknown, refused: number, chance = Math.random()): number | null {
  const busyMs = busyForMs(error);
  if (busyMs !== null) {
    const ms = Math.min(busyMs * 2 ** (refused - 1), Math.max(busyMs, longestMs));
    return ms * (1 + chance / 2);
  }
  const code = detailOf(error)?.code;
  return code === undefined || code === "unavailable" ? retryMs : null;
}

/** Whether it is asked again by itself. */
export const isTriedAgain = (error: unknown): boolean => retryInMs(error, 1) !== null;
