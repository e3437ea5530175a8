/** A limit to one side, as conditions hold it. */
export type Bound = { readonly above: number } | { readonly below: number };

export function limitOf(bound: Bound): number {
  return "above" in bound ? bound.above : bound.below;
}

/**
 * Whether a value is beyond its limit. Once it was, it has to come back by `deadBand` more before it is not: a value that wavers
 * about the limit by less breaches once.
 */
export function beyond(bound: Bound, deadBand: number): (value: number, wasBreached: boolean) => boolean {
  if ("above" in bound) {
    const { above } = bound;
    return (value, wasBreached) => value > (wasBreached ? above - deadBand : above);
  }
  const { below } = bound;
  return (value, wasBreached) => value < (wasBreached ? below + deadBand : below);
}
