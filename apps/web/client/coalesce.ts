/**
 * Many values, one write per frame: what `push` brings is written at once where nothing was written within this frame, so that the next
 * one shows it; what comes after it is merged, and written with the next frame. `schedule` is `nextFrame`
 * or `aFrameLater`.
 */
export function coalesce<T>(options: {
  merge: (waiting: T, arrived: T) => T;
  write: (value: T) => void;
  schedule: (run: () => void) => void;
}): (value: T) => void {
  let isWritten = false;
  let waiting: { value: T } | undefined;
  const write = (value: T) => {
    isWritten = true;
    options.schedule(onFrame);
    options.write(value);
  };
  const onFrame = () => {
    const due = waiting;
    waiting = undefined;
    isWritten = false;
    if (due !== undefined) write(due.value);
  };
  return (value) => {
    if (!isWritten) write(value);
    else waiting = { value: waiting === undefined ? value : options.merge(waiting.value, value) };
  };
}

/** Frames of most screens are so far apart, ms. */
const frameMs = 16;
/** In a hidden page frames stand still. */
const hiddenMs = 250;

/** With the next frame, or soon where the page is hidden. */
export function nextFrame(run: () => void): void {
  if (document.hidden) setTimeout(run, hiddenMs);
  else requestAnimationFrame(run);
}

/** As long after as a frame takes, without asking for one. */
export function aFrameLater(run: () => void): void {
  setTimeout(run, document.hidden ? hiddenMs : frameMs);
}

/** Once what stands in the page by now is painted, which it is not to hold up. */
export function afterPaint(run: () => void): void {
  nextFrame(() => setTimeout(run, 0));
}
