import type { ScalingBehaviour } from "./scaling/behaviour.ts";

/** How many replicas a service may have, and what they are to keep to. */
export type BalancePolicy = {
  readonly min: number;
  readonly max: number;
  /** For what `max` is enough, where it is less than the installation allows. */
  readonly enoughFor?: string;
  /** Units that one replica works on at once. */
  readonly serversPerReplica: number;
  /** A share of `objectiveShare` of all units is to be done within so long, wait included, ms. */
  readonly objectiveMs: number;
  /** 0-1. */
  readonly objectiveShare: number;
  /** No more than this share of all servers' time is planned to be busy, 0-1: what the model does not know of needs room, too. */
  readonly mostBusy: number;
  /**
   * So much more load than there is is planned for, as a share of it: `moves` times what it usually moves by while a replica gets
   * ready, within `least` and `most`.
   */
  readonly headroom: { readonly least: number; readonly most: number; readonly moves: number };
  /** From the wish for a replica until it serves, about, ms. */
  readonly leadMs: number;
  /** The same of load that is foretold, beside its error band. */
  readonly forecastHeadroom: number;
  /** What has waited for too long is to be worked off within so long, ms. */
  readonly catchUpMs: number;
  /** Where replicas are too few as many are wished as would do for this much more load, as a share of it. */
  readonly raiseBeyond: number;
  /** Replicas are taken away only where fewer would do for this much more load, as a share of it. */
  readonly lowerTolerance: number;
  readonly behaviour: ScalingBehaviour;
  /** Older readings hold: they never take replicas away, ms. */
  readonly readingsMaxAgeMs: number;
};
