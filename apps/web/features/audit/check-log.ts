import {
  type Checkpoint,
  checkPlace,
  checkProofCheckpoint,
  isConsistent,
  leafHash,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  parseVerifierKeys,
  readEntry,
  type ShownEntry,
  seenLines,
} from "@tapline/core/audit";
import { canonicalJson, messageOf } from "@tapline/core/kernel";
import { formatCount } from "../../client/format.ts";
import * as strings from "../../strings/generated/audit/check-log.ts";

/** One thing that was looked at, and what came of it. `unknown`: it could not be looked at, and why. */
export interface CheckFact {
  what: string;
  is: "holds" | "fails" | "unknown";
  says: string;
}

/** That the log of one checkpoint begins with that of another: hashes in base64. */
export type GrowthPath = readonly string[];

export interface LogToCheck {
  /** The newest checkpoint, as it is signed. */
  newest: string;
  /** The one that this browser kept; `null`: none yet. */
  known: string | null;
  /** From the known one to the newest; `null` where that cannot be had, since the log has become smaller. */
  growth: GrowthPath | null;
  /** Verifier keys of the log and of its witnesses, one a line; "" where none was given to this browser. */
  keys: string;
  /** An entry as it is shown, the text of its proof, and how the log grew from that proof's checkpoint. */
  entry: { shown: ShownEntry | null; proof: string; growth: GrowthPath | null } | null;
}

/** Of how many entries a checkpoint speaks. @throws TaplineError where it is none */
export const sizeOf = (note: string): number => headOf(note).size;

/** Of how many entries the checkpoint of a proof speaks. @throws TaplineError where it is none */
export const proofSizeOf = (proof: string): number => sizeOf(parseTlogProof(proof).note);

/** Checks with core's own code what this browser was given: nothing of it is believed because the console's server says so. */
export function checkLog({ newest, known, growth, keys, entry }: LogToCheck): CheckFact[] {
  return [
    checked(strings.theNewestCheckpointsSignature, () => signature(newest, keys)),
    checked(strings.growthSinceTheCheckpointThat, () => grown(known, newest, growth)),
    ...(entry === null ? [] : entryFacts(entry, newest)),
  ];
}

type Verdict = Omit<CheckFact, "what">;

/** Whatever does not fit throws. */
function checked(what: string, look: () => Verdict): CheckFact {
  try {
    return { what, ...look() };
  } catch (error) {
    return { what, is: "fails", says: sentence(messageOf(error)) };
  }
}

function signature(note: string, keys: string): Verdict {
  if (keys.trim() === "")
    return {
      is: "unknown",
      says: strings.noVerifierKeyWasGiven,
    };
  const { checkpoint, signatures } = checkProofCheckpoint(note, parseVerifierKeys(keys));
  const seen = seenLines(signatures).map(sentence).join(" ");
  return {
    is: "holds",
    says: strings
      .originSignedCountSeen({ origin: checkpoint.origin, count: countOf(checkpoint), seen })
      .trim(),
  };
}

function grown(known: string | null, newest: string, path: GrowthPath | null): Verdict {
  const now = headOf(newest);
  if (known === null)
    return {
      is: "unknown",
      says: strings.thisBrowserHadKeptNone({ count: countOf(now) }),
    };
  assertLeads(headOf(known), now, path);
  return {
    is: "holds",
    says: strings.theLogOfCountBegins({ count: countOf(now), count2: countOf(headOf(known)) }),
  };
}

/** @throws Error that says what does not fit */
function assertLeads(from: Checkpoint, to: Checkpoint, path: GrowthPath | null): void {
  if (from.origin !== to.origin)
    throw new Error(`it is another log: ${from.origin} was kept, and this one is ${to.origin}`);
  if (from.size > to.size)
    throw new Error(
      `the log has become smaller: ${countOf(from)} were signed before, and now it has ${countOf(to)}`,
    );
  const hashes = (path ?? []).map((hash) => Buffer.from(hash, "base64"));
  if (path === null || !isConsistent(from, to, hashes))
    throw new Error(
      `the log of ${countOf(to)} does not begin with the one of ${countOf(from)}: its history was changed`,
    );
}

function entryFacts(
  { shown, proof: text, growth }: NonNullable<LogToCheck["entry"]>,
  newest: string,
): CheckFact[] {
  return [
    checked(strings.theOpenEntrysPlace, () => {
      const proof = parseTlogProof(text);
      if (proof.extra === null) throw new Error("its proof does not hold the entry");
      const head = headOf(proof.note);
      checkPlace(proof, leafHash(proof.extra), head);
      assertLeads(head, headOf(newest), growth);
      return {
        is: "holds",
        says: strings.itsSha256MadeAnew({ index: formatCount(proof.index) }),
      };
    }),
    checked(strings.theOpenEntryAsIt, () => {
      const { extra } = parseTlogProof(text);
      if (shown === null || extra === null) throw new Error("what stands there is no entry");
      if (!Buffer.from(canonicalJson(sealed(shown))).equals(canonicalJson(readEntry(extra))))
        throw new Error("it says something else than its sealed bytes");
      return { is: "holds", says: strings.itSaysWhatItsSealed({ reasonLimit: reasonLimit(shown) }) };
    }),
  ];
}

/** As it was sealed: what lies beside the log is no part of it. */
function sealed({ erased: _, ...entry }: ShownEntry) {
  return entry.version === 2 && entry.commitments !== undefined ? { ...entry, reason: null } : entry;
}

const reasonLimit = (entry: ShownEntry): string =>
  entry.version === 2 && entry.commitments !== undefined ? strings.itsReasonLiesBesideThe : "";

const headOf = (note: string): Checkpoint => parseCheckpoint(parseNote(note).text);

const countOf = ({ size }: Pick<Checkpoint, "size">): string => strings.entries({ size });

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}.`.replace(/\.\.$/, ".");
