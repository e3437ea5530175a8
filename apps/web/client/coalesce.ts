/**
 * Many values, one write per frame: `push` merges what arrives into what waits, and hands it on with the next frame. `schedule` is
 * `requestAnimationFrame` or, in a hidden page where frames stand still, a timer.
 */
export function coalesce<T>(options: {
  merge: (waiting: T, arrived: T) => T;
  write: (value: T) => void;
  schedule: (run: () => void) => void;
}): (value: T) => void {
  let waiting: { value: T } | undefined;
  const flush = () => {
    const due = waiting;
    waiting = undefined;
    if (due !== undefined) options.write(due.value);
  };
  return (value) => {
    if (waiting === undefined) {
      waiting = { value };
      options.schedule(flush);
    } else {
      waiting.value = options.merge(waiting.value, value);
    }
  };
}

/** With the next frame, or soon where the page is hidden. */
export function nextFrame(run: () => void): void {
  if (document.hidden) setTimeout(run, 250);
  else requestAnimationFrame(run);
}
