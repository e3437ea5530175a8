import type { ReleasedService } from "@tapline/core/rollout";

/** What somebody wants to do, and is asked about. */
export type AskedAct =
  | { act: "advance" | "promote" | "rollBack"; service: ReleasedService }
  | { act: "shift"; service: ReleasedService; release: number }
  | { act: "make"; service: ReleasedService };
