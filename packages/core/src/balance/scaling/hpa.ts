import { newScalingState, type ScalingBehaviour, type ScalingState, settleScaling } from "./behaviour.ts";

/** A pod as the autoscaler sees it; `utilization` as a share of what it requests, null where no metric of it came. */
export type HpaPod = { readonly isReady: boolean; readonly utilization: number | null };

export type HpaSettings = {
  readonly min: number;
  readonly max: number;
  /** 0-1. */
  readonly targetUtilization: number;
  readonly tolerance: number;
  readonly behaviour: ScalingBehaviour;
};

/**
 * What the Horizontal Pod Autoscaler does where nothing is set (Kubernetes, autoscaling/v2, and the flags of
 * kube-controller-manager): 80 % CPU, a tolerance of a tenth, up at once by as much again or four pods in 15 s, down to the most
 * that was wanted within five minutes.
 */
export const hpaDefaults = {
  targetUtilization: 0.8,
  tolerance: 0.1,
  behaviour: {
    up: {
      stabilizationMs: 0,
      rates: [
        { kind: "percent", value: 100, periodMs: 15_000 },
        { kind: "replicas", value: 4, periodMs: 15_000 },
      ],
    },
    down: { stabilizationMs: 300_000, rates: [{ kind: "percent", value: 100, periodMs: 15_000 }] },
  },
} as const satisfies Omit<HpaSettings, "min" | "max">;

/** How often it decides, ms: --horizontal-pod-autoscaler-sync-period. */
export const hpaSyncMs = 15_000;

/**
 * The replicas that pods' utilization asks for (replica_calculator.go): pods without a metric count as idle where replicas
 * would be added, and as fully busy where they would be taken away; pods that are not ready count as idle where replicas would be
 * added, and are left out otherwise. What a second look does not confirm is not done.
 */
export function hpaRecommends(settings: HpaSettings, pods: readonly HpaPod[]): number {
  const { targetUtilization: target, tolerance } = settings;
  const current = pods.length;
  const ready = pods.filter(({ isReady }) => isReady);
  const measured = ready.flatMap(({ utilization }) => utilization ?? []);
  if (measured.length === 0) return current;
  const first = mean(measured) / target;
  const unready = current - ready.length;
  const missing = ready.length - measured.length;
  const countsUnready = unready > 0 && first > 1;
  if (!countsUnready && missing === 0)
    return Math.abs(1 - first) <= tolerance ? current : Math.ceil(first * ready.length - 1e-9);
  const assumed = [
    ...measured,
    ...Array<number>(missing).fill(first < 1 ? Math.max(1, target) : 0),
    ...Array<number>(countsUnready ? unready : 0).fill(0),
  ];
  const second = mean(assumed) / target;
  if (Math.abs(1 - second) <= tolerance || first < 1 !== second < 1) return current;
  const wanted = Math.ceil(second * assumed.length - 1e-9);
  return second < 1 ? Math.min(current, wanted) : Math.max(current, wanted);
}

/** The Horizontal Pod Autoscaler by CPU, as a baseline to compare with. */
export class Hpa {
  readonly #settings: HpaSettings;
  #state: ScalingState = newScalingState;

  constructor(settings: HpaSettings) {
    this.#settings = settings;
  }

  /** How many replicas it sets at `atMs`; asked every `hpaSyncMs`. */
  decide(pods: readonly HpaPod[], atMs: number): number {
    const { min, max, behaviour } = this.#settings;
    const recommended = Math.min(max, Math.max(min, hpaRecommends(this.#settings, pods)));
    const settled = settleScaling(behaviour, this.#state, { recommended, current: pods.length, atMs });
    this.#state = settled.state;
    return Math.min(max, Math.max(min, settled.replicas));
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
