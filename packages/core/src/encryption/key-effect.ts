import type { KeyChange, RingStep } from "./key-change.ts";
import type { KeyState, RingKey } from "./key-ring.ts";

/** How much of the archive; times in ms since 1970, null where there is nothing. */
export type ArchiveShare = {
  readonly segments: number;
  readonly taps: number;
  readonly firstAtEpochMs: number | null;
  readonly lastAtEpochMs: number | null;
};

/** What archived taps would be without some keys. */
export type WithoutKeys = {
  /** What no other key that is in use opens: none that is active or retiring. */
  readonly lost: ArchiveShare;
  /** Of these, what no other key opens at all. */
  readonly gone: ArchiveShare;
  /** Keys that open the rest of it, as long as somebody still has them: retired, revoked, or not in the ring. */
  readonly unsure: readonly string[];
};

/** What a change does, for whoever is to want it: sentences, the same in commands and on pages. */
export type KeyEffect = {
  /** In one line. */
  readonly what: string;
  readonly lines: readonly string[];
  /** Why it is not done; null where nothing stands against it. */
  readonly refusal: string | null;
  /** Whether something cannot be opened, or given another key, any more. */
  readonly isLosing: boolean;
};

/** A key's private half is where objects are opened: new ones are encrypted to it, or old ones need it. */
export function isUsable({ state }: Pick<RingKey, "state">): boolean {
  return state === "active" || state === "retiring";
}

/** How people name a key: the beginning of its certificate's SHA-256. */
export const shortKeyId = (certSha256: string): string => certSha256.slice(0, 12);

/** The keys of the ring whose private halves a change takes out of use, by key id. */
export function takenOut(change: KeyChange, ring: readonly RingKey[], { after }: RingStep): string[] {
  if (change.kind !== "state") return [];
  const key = ring.find(({ certSha256 }) => certSha256 === change.key);
  // Another certificate for the same key, as after a renewal, keeps the key in use.
  const isKept = after.some((other) => other.ski === key?.ski && isUsable(other));
  return key === undefined || isKept ? [] : [key.ski];
}

/** @param opened what the key whose state changes opens now; null: nothing, or it is no such change */
export function effectOf(
  change: KeyChange,
  ring: readonly RingKey[],
  step: RingStep,
  { without, opened }: { without: WithoutKeys; opened: ArchiveShare | null },
): KeyEffect {
  const active = step.after.filter(({ state }) => state === "active").map(({ subject }) => subject);
  const future = `New objects: encrypted to ${active.join("; ")}, as far as the workers believe them.`;
  const quiet = { refusal: null, isLosing: false };
  if (change.kind === "rule") return { what: ruleWords(change.twoPersons), lines: [], ...quiet };
  if (change.kind === "state") {
    const key = ring.find(({ certSha256 }) => certSha256 === change.key);
    const isLosing = without.lost.segments > 0;
    const subject = key?.subject ?? "";
    return {
      what: `${subject} (${shortKeyId(change.key)}): ${change.from} → ${change.to}`,
      lines: [
        future,
        `Old objects: it opens ${opened === null ? "nothing" : extentOf(opened)}. ${consequence(change.to, without)}.`,
      ],
      refusal:
        change.to === "retired" && isLosing
          ? `${subject} cannot be retired: ${sayWithout(without)}. Open them to another key first: tapline archive rewrap.`
          : null,
      isLosing,
    };
  }
  const [added] = step.added;
  const what = `${added?.subject} (${shortKeyId(added?.certSha256 ?? "")})`;
  if (change.kind === "add")
    return {
      what: `${what} comes in as ${change.role}`,
      lines: [future, "Old objects: it opens none of them, until tapline archive rewrap gives it them."],
      ...quiet,
    };
  const old = ring.filter(({ certSha256 }) => change.replaced.includes(certSha256));
  const names = old.map(({ subject, certSha256 }) => `${subject} (${shortKeyId(certSha256)})`);
  return {
    what: `${what} takes the place of ${names.join(", ")}`,
    lines: [
      future,
      `${names.join(", ")}: retiring. Keep the old private key at hand for old objects, until they are rewrapped and it is retired.`,
    ],
    ...quiet,
  };
}

const ruleWords = (twoPersons: boolean): string =>
  twoPersons
    ? "Adding, rotating and revoking keys need two admins from now on, and so does the end of this rule"
    : "One admin alone can add, rotate and revoke keys from now on";

/** What the state means for what the key opens. */
function consequence(state: KeyState, without: WithoutKeys): string {
  if (state === "active") return "Keep its private key at hand";
  if (state === "retiring")
    return "Keep its private key at hand for them, until they are rewrapped and it is retired";
  if (state === "retired" && without.lost.segments > 0) return "Its private key has to stay at hand";
  if (state === "retired") return `Its private key can be put away: ${sayWithout(without)}`;
  const rescue =
    without.lost.segments === 0
      ? ""
      : ". While its private key is at hand, rewrap them for another: tapline archive rewrap";
  return `Never again can it be made active; without it ${sayWithout(without)}${rescue}`;
}

/** A sentence on it, without its end. */
export function sayWithout({ lost, gone, unsure }: WithoutKeys): string {
  if (lost.segments === 0) return "all that is archived opens with another key that is in use";
  const sentence = `${extentOf(lost)} open with no other key that is in use: nobody could open them, or give them another key`;
  if (unsure.length === 0) return sentence;
  const rest = gone.segments === 0 ? "all of them" : `all but ${extentOf(gone)} of them`;
  return `${sentence}. Only who still has the private key of ${unsure.join(" or ")} could, ${rest}`;
}

/** How much of the archive, and from when. */
export function extentOf({ segments, taps, firstAtEpochMs, lastAtEpochMs }: ArchiveShare): string {
  if (firstAtEpochMs === null || lastAtEpochMs === null) return "nothing";
  const day = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
  const [first, last] = [day(firstAtEpochMs), day(lastAtEpochMs)];
  const when = first === last ? `on ${first}` : `${first} to ${last}`;
  return `${counted(segments, "segment")} with ${counted(taps, "tap")}, archived ${when}`;
}

const counted = (count: number, of: string): string => `${count} ${of}${count === 1 ? "" : "s"}`;

/** A key by its identifier: what the ring says of it. Of two certificates for one key the one in use. */
export function keyName(ski: string, ring: readonly RingKey[]): string {
  const fitting = ring.filter((key) => key.ski === ski);
  const key = fitting.find(isUsable) ?? fitting[0];
  if (key === undefined) return `key id ${ski} (not in the ring)`;
  return `${shortKeyId(key.certSha256)}  ${key.role}  ${key.state}  ${key.subject}`;
}
