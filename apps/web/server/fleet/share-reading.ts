/**
 * Reads once for all who ask at the same time, one reading after the other. Whoever asks while one is under way gets the next: what was
 * done before somebody asked is in what they get.
 */
export function shareReading<Read>(read: () => Promise<Read>): () => Promise<Read> {
  let last: Promise<unknown> = Promise.resolve();
  let next: Promise<Read> | null = null;
  const begin = () => {
    next = null;
    return read();
  };
  return () => {
    next ??= last.then(begin, begin);
    last = next;
    return next;
  };
}
