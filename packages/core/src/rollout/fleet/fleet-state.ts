import type { AgentReport } from "../../tap/index.ts";

/** What can be rolled out: a revision of the settings, a version of the agent. */
export const rolloutKinds = ["config", "version"] as const;

export type RolloutKind = (typeof rolloutKinds)[number];

/** `running` gives its target to more rings at each step; `halted` to nobody more; the others have ended. */
export const rolloutStates = ["running", "halted", "done", "aborted"] as const;

export type RolloutState = (typeof rolloutStates)[number];

/** One change on its way through the rings. */
export type Rollout<Value> = {
  readonly id: number;
  readonly target: Value;
  /** What everybody had before, and has again where it is aborted. */
  readonly base: Value;
  /** Rings in the order in which they get it, rising. */
  readonly rings: readonly number[];
  /** Position in `rings` of the last one that was reached. */
  readonly reached: number;
  readonly state: RolloutState;
};

/** What holds for one kind: what everybody has, and the change under way, if any. */
export type Track<Value> = { readonly standing: Value; readonly rollout: Rollout<Value> | null };

/** Revision 0 is no settings from the server; version null is whatever an agent runs. */
export type FleetState = { readonly config: Track<number>; readonly version: Track<string | null> };

/** What the fleet knows of an agent's place. */
export type AgentPlace = {
  readonly id: string;
  readonly ring: number;
  readonly pinnedRevision: number | null;
  readonly pinnedVersion: string | null;
};

/** What an agent runs by its own word; null where it has not said. */
export type AgentRuns = { readonly configRevision: number; readonly version: string } | null;

/** An agent with the last that it told of itself. */
export type FleetAgent = AgentPlace & {
  readonly enrolledAtEpochMs: number | null;
  readonly revokedAtEpochMs: number | null;
  readonly last: null | {
    readonly report: AgentReport;
    readonly seenAtEpochMs: number;
    /** `outbox.oldestAgeMs` when its ring was last reached by a change, ms. */
    readonly ageAtReachMs: number;
  };
};
