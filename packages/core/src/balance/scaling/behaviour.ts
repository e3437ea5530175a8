/** So much may be changed within `periodMs`. */
export type ScalingRate = {
  readonly kind: "replicas" | "percent";
  readonly value: number;
  readonly periodMs: number;
};

/** How fast a size may follow what is recommended, in one direction. */
export type ScalingDirection = {
  /** Of all that was recommended within so long the most careful counts, ms. */
  readonly stabilizationMs: number;
  /** Of several rates the one that allows most counts. */
  readonly rates: readonly ScalingRate[];
};

export type ScalingBehaviour = { readonly up: ScalingDirection; readonly down: ScalingDirection };

/** Replicas at one moment: recommended ones, or those that a change brought (below 0: took). */
type At = { readonly atMs: number; readonly replicas: number };

/** What has to be known of before; it stands for itself, so that a decision can be told again. */
export type ScalingState = { readonly recommended: readonly At[]; readonly changes: readonly At[] };

export const newScalingState: ScalingState = { recommended: [], changes: [] };

/**
 * What of a recommendation is done now, by stabilisation windows and rates as the Horizontal Pod Autoscaler has them
 * (Kubernetes, autoscaling/v2 `behavior`; pkg/controller/podautoscaler/horizontal.go). Pure.
 * @param current replicas there are, those that start included
 * @param atMs of a clock that does not go back
 */
export function settleScaling(
  behaviour: ScalingBehaviour,
  state: ScalingState,
  { recommended, current, atMs }: { recommended: number; current: number; atMs: number },
): { readonly replicas: number; readonly state: ScalingState; readonly held: "window" | "rate" | null } {
  const { up, down } = behaviour;
  const longestMs = Math.max(up.stabilizationMs, down.stabilizationMs);
  // Who begins knows nothing of before: that there are as many replicas was somebody's recommendation, too.
  const known = state.recommended.length === 0 ? [{ atMs, replicas: current }] : state.recommended;
  const recent = known.filter((then) => atMs - then.atMs < longestMs);
  const within = (windowMs: number): number[] =>
    recent.filter((then) => atMs - then.atMs < windowMs).map(({ replicas }) => replicas);
  const upTo = Math.min(recommended, ...within(up.stabilizationMs));
  const downTo = Math.max(recommended, ...within(down.stabilizationMs));
  const steady = Math.min(Math.max(current, upTo), downTo);
  const rates = [...up.rates, ...down.rates];
  const longestPeriodMs = Math.max(0, ...rates.map(({ periodMs }) => periodMs));
  const changes = state.changes.filter((then) => atMs - then.atMs < longestPeriodMs);
  const replicas =
    steady > current
      ? Math.min(steady, Math.max(current, highest(up.rates, changes, current, atMs)))
      : Math.max(steady, Math.min(current, lowest(down.rates, changes, current, atMs)));
  return {
    replicas,
    state: {
      recommended: [...recent, { atMs, replicas: recommended }],
      changes: replicas === current ? changes : [...changes, { atMs, replicas: replicas - current }],
    },
    held: heldBy(recommended, steady, replicas),
  };
}

function heldBy(recommended: number, steady: number, replicas: number): "window" | "rate" | null {
  if (replicas !== steady) return "rate";
  return steady === recommended ? null : "window";
}

/** What there was when the period of a rate began: today's replicas without what was changed since. */
function atStart(changes: readonly At[], current: number, sinceMs: number): number {
  return changes.reduce((sum, { atMs, replicas }) => (atMs > sinceMs ? sum - replicas : sum), current);
}

function highest(
  rates: readonly ScalingRate[],
  changes: readonly At[],
  current: number,
  atMs: number,
): number {
  const allowed = rates.map(({ kind, value, periodMs }) => {
    const before = atStart(changes, current, atMs - periodMs);
    return kind === "replicas" ? before + value : Math.ceil(before * (1 + value / 100));
  });
  return allowed.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...allowed);
}

function lowest(
  rates: readonly ScalingRate[],
  changes: readonly At[],
  current: number,
  atMs: number,
): number {
  const allowed = rates.map(({ kind, value, periodMs }) => {
    const before = atStart(changes, current, atMs - periodMs);
    return kind === "replicas" ? before - value : Math.floor(before * (1 - value / 100));
  });
  return allowed.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...allowed);
}
