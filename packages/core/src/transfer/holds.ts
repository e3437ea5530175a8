import { dayOfSegment } from "./object-paths.ts";

/** What a hold speaks of. */
export const holdKinds = ["days", "agent", "tracker", "segment"] as const;

export type HoldKind = (typeof holdKinds)[number];

/** Keeps segments from being moved or removed: those of some days, of an agent, of a tracker, or one. */
export type Hold = {
  readonly id: number;
  readonly kind: HoldKind;
  /** An agent's, tracker's or segment's id; "" for days. */
  readonly subject: string;
  /** UTC days on which segments were cut, `YYYY-MM-DD`, both included; null: no bound on that side. */
  readonly firstDay: string | null;
  readonly lastDay: string | null;
  readonly reason: string;
};

/** A segment as holds judge it. Agents and trackers are null where nobody knows whose taps it holds. */
export type HeldSegment = {
  readonly segment: string;
  readonly agents: ReadonlySet<string> | null;
  readonly trackers: ReadonlySet<string> | null;
};

/** The first hold that guards a segment; null where none does. What is not known of it counts as guarded. */
export function holdOn(holds: readonly Hold[], { segment, agents, trackers }: HeldSegment): Hold | null {
  const day = dayOfSegment(segment).replaceAll("/", "-");
  const guards = ({ kind, subject, firstDay, lastDay }: Hold): boolean => {
    if ((firstDay !== null && day < firstDay) || (lastDay !== null && day > lastDay)) return false;
    if (kind === "segment") return subject === segment;
    if (kind === "agent") return agents === null || agents.has(subject);
    return kind === "days" || trackers === null || trackers.has(subject);
  };
  return holds.find(guards) ?? null;
}
