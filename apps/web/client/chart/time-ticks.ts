/** Full ten minutes (or what divides the span into at most `most` parts, 5 s at least) for the time axis. */
export function timeTicks(startEpochMs: number, endEpochMs: number, most: number): number[] {
  const minuteMs = 60_000;
  const minutes = [1, 2, 5, 10, 15, 20, 30, 60, 120, 180, 240].map((each) => each * minuteMs);
  const steps = [5_000, 10_000, 15_000, 30_000, ...minutes];
  const step = steps.find((each) => (endEpochMs - startEpochMs) / each <= most) ?? 360 * minuteMs;
  const first = Math.ceil(startEpochMs / step) * step;
  const count = Math.max(0, Math.floor((endEpochMs - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
