/** Work that arrives for servers that are alike: an M/M/c queue. */
export type OfferedWork = {
  /** Busy servers, on the mean: arrivals per second times seconds per unit, in erlangs. */
  readonly erlangs: number;
  /** For how long a unit keeps a server busy, mean, ms. */
  readonly serviceMs: number;
};

/**
 * The share of units that find all servers busy, 0-1: Erlang's C formula, by the recursion of his B formula, which neither
 * overflows nor cancels (Erlang 1917; Cooper, Introduction to Queueing Theory, 2nd ed., 3.3). 1 where `servers` cannot keep up.
 */
export function shareThatWaits(erlangs: number, servers: number): number {
  if (erlangs <= 0) return 0;
  if (servers <= erlangs) return 1;
  let blocked = 1;
  for (let c = 1; c <= servers; c++) blocked = (erlangs * blocked) / (c + erlangs * blocked);
  return blocked / (1 - (erlangs / servers) * (1 - blocked));
}

/** The share of units that wait for longer than `waitMs`, 0-1 (M/M/c, first come, first served). */
export function shareThatWaitsLonger(
  { erlangs, serviceMs }: OfferedWork,
  servers: number,
  waitMs: number,
): number {
  const waiting = shareThatWaits(erlangs, servers);
  if (waiting === 0 || waiting === 1 || serviceMs <= 0) return waiting;
  return waiting * Math.exp((-(servers - erlangs) * waitMs) / serviceMs);
}

/**
 * The fewest servers of which no more than the share `late` of units waits for longer than `waitMs`.
 * @param mostBusy no more than this share of the servers is busy on the mean, 0-1
 * @param most no more are looked for
 */
export function serversFor(
  work: OfferedWork,
  { waitMs, late, mostBusy, most }: { waitMs: number; late: number; mostBusy: number; most: number },
): number {
  if (work.erlangs <= 0) return 0;
  const fewest = Math.max(1, Math.floor(work.erlangs) + 1, Math.ceil(work.erlangs / mostBusy - 1e-9));
  if (fewest >= most) return most;
  // More servers never wait for longer, so the fewest that do stand between one that does not and one that does.
  const does = (servers: number): boolean => shareThatWaitsLonger(work, servers, waitMs) <= late;
  let [low, high] = [fewest - 1, fewest];
  while (!does(high)) {
    if (high >= most) return most;
    [low, high] = [high, Math.min(most, high + (high - low) * 2)];
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (does(middle)) high = middle;
    else low = middle;
  }
  return high;
}
