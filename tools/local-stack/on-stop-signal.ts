import { killWatchedNow } from "../servers/index.ts";

/** Whether somebody has asked us to end; resolves when that end is done. */
export type StopRequest = Readonly<{ isAsked: () => boolean; done: Promise<void> }>;

/** One Ctrl-C reaches us up to three times: from the terminal, by npm, by our own starter. */
const sameKeyPressMs = 800;

/**
 * Runs `stop` once on Ctrl-C, SIGTERM, SIGHUP, or when the program that started us is gone. A second Ctrl-C kills
 * all children and ends at once; what was acknowledged is on disk, so nothing is lost by it.
 */
export function onStopSignal(stop: () => Promise<void>): StopRequest {
  let askedMs: number | undefined;
  let finish: () => void = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const ask = () => {
    if (askedMs === undefined) {
      askedMs = Date.now();
      stop().then(finish, finish);
    } else if (Date.now() - askedMs > sameKeyPressMs) {
      killWatchedNow(() => process.exit(130));
    }
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, ask);
  process.on("disconnect", () => {
    if (askedMs === undefined) ask();
  });
  return { isAsked: () => askedMs !== undefined, done };
}
