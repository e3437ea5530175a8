import type { RejectReason } from "@tapline/core/tap";

/**
 * What may happen at a simulated reader. A visit is one coming of a tracker (or of something else) to a reader.
 *
 * Taps that the server has to judge:
 * - `fresh`: a new packet, after those that the tracker holds and nobody has read
 * - `drifting`: the same by a tracker whose clock is wrong, but within what is taken
 * - `duplicate`: a packet of the last 32 once more, byte for byte
 * - `ring`: all that the tracker's ring holds, oldest first
 * - `clone`: other content under a number that was used, signed with the tracker's own key
 * - `malformed`: a packet with a flipped bit or a cut end
 * - `unsigned`, `skewed`, `unknown-tracker`, `revoked-tracker`: refused for that
 *
 * Troubles at the reader:
 * - `healed`: torn at first, whole when read again; `torn`: never whole
 * - `pulled`: taken away while it is read; `flapping`: that several times, then held still
 * - `collision`: two trackers at once; `silent`: a tag that stops answering; `foreign`: a tag of somebody else
 * - `held`: another program holds the reader; `unplugged`: the reader goes in the middle of a tap and comes back
 *
 * And `missed`: the tracker measures, and no reader is near.
 */
export const visitKinds = [
  "duplicate",
  "malformed",
  "drifting",
  "ring",
  "clone",
  "unsigned",
  "skewed",
  "unknown-tracker",
  "revoked-tracker",
  "healed",
  "torn",
  "pulled",
  "flapping",
  "collision",
  "silent",
  "foreign",
  "held",
  "unplugged",
  "missed",
  "fresh",
] as const;

export type VisitKind = (typeof visitKinds)[number];

/** How one look at a tag turns out. */
export type LookKind = "whole" | "torn" | "collision" | "removed" | "silent" | "held" | "foreign";

/** What should become of a tap. `reason` is null where more than one is right. */
export type Expected =
  | { verdict: "archived" | "duplicate" }
  | { verdict: "rejected"; reason: RejectReason | null };

/** A packet as a tag shows it. */
export type Offer = {
  raw: Buffer;
  /** `<tracker>/<epoch>/<seq>` where the packet is good by itself; null where it is refused whatever came before. */
  place: string | null;
  expected: Expected;
  /** Tells the tracker whether it was read to its end. */
  end: (read: boolean) => void;
};

/** A tag that comes to a reader: how looks at it turn out, the last one from then on. */
export type Show = { looks: readonly LookKind[]; offer: Offer | null };

export type Visit = {
  kind: VisitKind;
  /** One after the other. */
  shows: readonly Show[];
  /** Whether the reader is unplugged at its end. */
  unplugs: boolean;
};
