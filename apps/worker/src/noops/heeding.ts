import { atMost } from "../roles/within.ts";

/** Whoever does not heed the signal is left behind after so long. */
const letGoMs = 5_000;

/** Ends with the work, or a little after the signal, where the work does not heed it. @throws what the signal was aborted with */
export async function heeding<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => {
      void atMost(
        letGoMs,
        work.catch(() => undefined),
      ).then(() => reject(signal.reason));
    });
  });
  return await Promise.race([work, aborted]);
}
