/** So many of so many. */
export type Proportion = { readonly of: number; readonly hits: number };

/** Up to so many in all, Fisher's exact test is summed up; beyond, the normal approximation is as good. */
const exactUpTo = 2_000;

/**
 * How likely it is that `one` shows so many more hits than `other` by chance alone (one-sided p-value, 0-1): Fisher's exact
 * test (R. A. Fisher, 1935) for small numbers, the pooled two-proportion z-test for large ones. 1 where either is empty.
 */
export function chanceOfMore(one: Proportion, other: Proportion): number {
  if (one.of === 0 || other.of === 0) return 1;
  return one.of + other.of <= exactUpTo ? fisher(one, other) : normal(one, other);
}

/** Sum over all tables with the same margins in which `one` has at least as many hits. */
function fisher(one: Proportion, other: Proportion): number {
  const [total, hits] = [one.of + other.of, one.hits + other.hits];
  const all = choose(total, hits);
  let sum = 0;
  for (let k = one.hits; k <= Math.min(one.of, hits); k++) {
    if (hits - k > other.of) continue;
    sum += Math.exp(choose(one.of, k) + choose(other.of, hits - k) - all);
  }
  return Math.min(1, sum);
}

const logFactorials = new Float64Array(exactUpTo + 1);
for (let n = 2; n <= exactUpTo; n++) logFactorials[n] = (logFactorials[n - 1] ?? 0) + Math.log(n);

/** Logarithm of n over k, both up to `exactUpTo`. */
function choose(n: number, k: number): number {
  return (logFactorials[n] ?? 0) - (logFactorials[k] ?? 0) - (logFactorials[n - k] ?? 0);
}

function normal(one: Proportion, other: Proportion): number {
  const pooled = (one.hits + other.hits) / (one.of + other.of);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of));
  if (error === 0) return 1;
  return upperTail((one.hits / one.of - other.hits / other.of) / error);
}

/** P(Z > z) of the standard normal: Abramowitz and Stegun 26.2.17, off by at most 7.5e-8. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const poly =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}
