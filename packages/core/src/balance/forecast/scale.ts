import type { HoltWinters } from "./holt-winters.ts";

/** Where a series is smoothed: what moves by a share of itself is not told by sums, and a burst weighs less there. Both ways, of one value. */
export type Scale = {
  readonly to: (value: number) => number;
  /** Never below zero, as load is. */
  readonly from: (scaled: number) => number;
};

/** So much of the mean is added before a logarithm is taken: nothing at all would have none. */
const logOffsetShare = 0.1;

/**
 * The scales that are tried: as it is, its root, and its logarithm (Box and Cox 1964, J. R. Stat. Soc. B 26, with the powers 1, 1/2
 * and 0). What comes back from one is a median, of which the mean absolute error is the least.
 * @param values null where nobody knows
 */
export function scalesFor(values: readonly (number | null)[]): readonly Scale[] {
  const known = values.filter((value) => value !== null);
  const offset = (logOffsetShare * known.reduce((sum, value) => sum + value, 0)) / Math.max(1, known.length);
  const linear: Scale = { to: (value) => value, from: (scaled) => Math.max(0, scaled) };
  const root: Scale = { to: Math.sqrt, from: (scaled) => Math.max(0, scaled) ** 2 };
  const logarithm: Scale = {
    to: (value) => Math.log(value + offset),
    from: (scaled) => Math.max(0, Math.exp(scaled) - offset),
  };
  // Of a series of zeros there is no logarithm.
  return offset > 0 ? [linear, root, logarithm] : [linear, root];
}

/** A model on the scale on which it foretells best; told of values and asked for them as they are. */
export class ScaledModel {
  readonly #model: HoltWinters;
  readonly #scale: Scale;

  constructor(model: HoltWinters, scale: Scale) {
    this.#model = model;
    this.#scale = scale;
  }

  /** What is expected `ahead` steps after the last value, 1 = the next one; 0 or more. */
  forecast(ahead: number): number {
    return this.#scale.from(this.#model.forecast(ahead));
  }

  /** Learns from the next value, which is 0 or more; null where nobody knows it. */
  add(value: number | null): void {
    this.#model.add(value === null ? null : this.#scale.to(value));
  }
}
