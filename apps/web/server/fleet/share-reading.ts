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

/** The same for readings of several things: those of one thing are shared, and of what nobody asks for nothing is kept. */
export function shareReadings<Read>(): (key: string, read: () => Promise<Read>) => Promise<Read> {
  const shared = new Map<string, { ask: () => Promise<Read>; asking: number }>();
  return async (key, read) => {
    const one = shared.get(key) ?? { ask: shareReading(read), asking: 0 };
    shared.set(key, one);
    one.asking += 1;
    try {
      return await one.ask();
    } finally {
      one.asking -= 1;
      if (one.asking === 0) shared.delete(key);
    }
  };
}
