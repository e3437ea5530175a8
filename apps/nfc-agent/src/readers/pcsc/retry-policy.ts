import type { ReadFailureCause } from "../reader.ts";

/** Faults that may be gone at the next try, as long as the tag lies there. */
const passing: ReadonlySet<ReadFailureCause> = new Set(["removed", "failed", "busy"]);
const retryMs = 50;
/** Tries before another program's hold on the card is told; after that it is tried at leisure, for it may end. */
const busyTries = 3;
const busyRetryMs = 1000;

export type FaultFacts = {
  reason: ReadFailureCause;
  /** How often this tag was tried, this time included. */
  tries: number;
  /** Most tries after the first. */
  rereads: number;
  /** The tag still lies there. */
  isThere: boolean;
  /** The tap's deadline has passed. */
  isOver: boolean;
  /** People know already that another program holds the card. */
  isBusyTold: boolean;
};

/** Whether people are told of a fault, and after which time the tag is tried again; null = never. */
export function afterFault(facts: FaultFacts): { isTold: boolean; retryAfterMs: number | null } {
  const { reason, tries, rereads, isThere, isOver, isBusyTold } = facts;
  const isOld = isBusyTold && (reason === "busy" || reason === "removed");
  if (!isThere || !passing.has(reason)) return { isTold: !isOld, retryAfterMs: null };
  if (reason === "busy") {
    const isLong = isBusyTold || tries >= busyTries;
    return { isTold: isLong && !isOld, retryAfterMs: isLong ? busyRetryMs : retryMs * tries };
  }
  const isLast = tries > rereads || isOver;
  return { isTold: isLast && !isOld, retryAfterMs: isLast ? null : retryMs * tries };
}
