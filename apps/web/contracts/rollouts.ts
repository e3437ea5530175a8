import type { ShownEntry } from "@tapline/core/audit";
import type { RingHealth, Rollout, RolloutKind } from "@tapline/core/rollout";
import type { AgentSettings } from "@tapline/core/tap";

/** What can be rolled out of one kind: what holds, the roll-out under way, and how its rings stand. */
export interface RolloutTrack {
  kind: RolloutKind;
  /** A revision, 0 = no settings from the server; or a version, null = whatever an agent runs. */
  standing: number | string | null;
  rollout: Rollout<number | string | null> | null;
  rings: readonly RingHealth[];
  /** What the audit log has of the roll-out under way, newest first, the first 12. */
  acts: readonly ShownEntry[];
}

/** Settings that may be given to agents. */
export interface ShownRevision {
  revision: number;
  settings: AgentSettings;
  madeAtEpochMs: number;
  /** A person's id, or a name that was typed at the command line. */
  madeBy: string;
  reason: string;
}

/** All that is rolled out, and can be. */
export interface RolloutBoard {
  tracks: RolloutTrack[];
  /** Newest first. */
  revisions: ShownRevision[];
  /** Of the people who made or moved something, by their ids; of those who are gone none. */
  names: Record<string, string>;
}
