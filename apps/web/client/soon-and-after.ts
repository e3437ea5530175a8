/**
 * Runs `run` at once when asked, and once more `everyMs` later; asked meanwhile, not more often than that. The last run comes after the
 * last asking: so whatever it reads is new enough in the end.
 */
export function soonAndAfter(
  everyMs: number,
  run: () => void,
  schedule: (run: () => void, afterMs: number) => void = setTimeout,
): () => void {
  let isWaiting = false;
  let isAsked = false;
  const again = () => {
    isWaiting = false;
    run();
    if (isAsked) wait();
  };
  const wait = () => {
    isAsked = false;
    isWaiting = true;
    schedule(again, everyMs);
  };
  return () => {
    if (isWaiting) {
      isAsked = true;
      return;
    }
    run();
    wait();
  };
}
