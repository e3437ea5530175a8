/**
 * Many values, one write per frame: `push` keeps the value that `isNewer` prefers and hands it on with the next
 * frame. `schedule` is `requestAnimationFrame` or, in a hidden page where frames stand still, a timer.
 */
export function coalesce<T>(options: {
  isNewer: (arrived: T, waiting: T) => boolean;
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
    } else if (options.isNewer(value, waiting.value)) {
      waiting.value = value;
    }
  };
}
