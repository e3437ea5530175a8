/** The machine's monotonic clock (CLOCK_MONOTONIC), ms: the same in all processes of one machine, and never set. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
