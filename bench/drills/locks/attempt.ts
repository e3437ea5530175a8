import type { ClaimAnswer } from "@tapline/adapters/redis";
import type { OpenSegment } from "@tapline/core/buffer";
import type { TapVerdict } from "@tapline/core/validation";
import type { Rival } from "./crew.ts";
import { type ClaimStep, type Holder, type LedgerModel, placeOf, type Tap } from "./ledger-model.ts";

/** A segment on its way from validation to its end. */
export type Segment = {
  readonly id: string;
  /** The life of the buffer in which it was cut. */
  readonly life: string;
  readonly taps: readonly Tap[];
  stage: "validation" | "kept" | "archived" | "ended";
  verdicts: readonly TapVerdict[];
};

/** A segment as it stands in Redis once it was cut. */
export function openSegment(id: string, generation: string, taps: number): OpenSegment {
  const entries = { firstEntry: "0-1", lastEntry: "0-1" };
  return { id, generation, stage: "validation", ...entries, taps, cutAtEpochMs: 0, routes: {} };
}

/** Where an attempt stands: before a step that others can see. */
export type Position =
  | ({ readonly step: "claim" } & Pick<ClaimStep, "claims" | "leases">)
  | { readonly step: "find-taps" | "find-agent-taps"; readonly taps: readonly Tap[] }
  | { readonly step: "generation" | "keep" };

export type Ending =
  | { readonly verdicts: readonly TapVerdict[]; readonly isFirst: boolean }
  | { readonly code: string; readonly text: string };

/** What a process answers to a call. */
export type Answer = {
  readonly type: "answer";
  readonly call: number;
  readonly answer: unknown;
  readonly error?: string;
};

/** What a process tells of an attempt. */
export type Heard = { readonly job: number } & (
  | ({ readonly type: "at" } & Position)
  | { readonly type: "did"; readonly answers: readonly ClaimAnswer[] }
  | { readonly type: "renewed"; readonly atMs: number }
  | ({ readonly type: "ended" } & Ending)
);

/** One attempt of a process at a segment. */
export type Attempt = {
  readonly job: number;
  readonly rival: Rival;
  readonly segment: Segment;
  position: Position | null;
  /** The step that it does, or did last. */
  last: Position | null;
  /** When that was let go, ms since 1970. */
  lastAtMs: number;
  /** Whether that, where it was a claim, was answered. */
  isAnswered: boolean;
  ending: Ending | null;
  /** Whether its last call met a tracker that another held, or came when the segment had its verdicts. */
  mayFail: boolean;
  /** By owner: what it must say of the tap, as far as it was told. */
  readonly expected: Map<string, string>;
};

export const nameOf = ({ job, segment, rival }: Attempt): string =>
  `attempt ${job} of ${rival.name} at ${segment.id}`;

export const acceptedOf = ({ taps, verdicts }: Segment): Tap[] =>
  taps.filter((_, i) => verdicts[i]?.is === "accepted");

/** What a verdict comes to, in one line. */
function lineOf(verdict: TapVerdict): string {
  if (verdict.is === "accepted") return "accepted";
  if (verdict.is !== "rejected") return `${verdict.is} ${verdict.segment}`;
  const first = "first" in verdict ? verdict.first : undefined;
  return `rejected ${verdict.reason}${first === undefined ? "" : ` ${first.segment} ${first.digest}`}`;
}

const clashOf = ({ segment, digest }: Holder): string => `rejected equivocation ${segment} ${digest}`;

/** What follows from an answer of the ledger; null where the tap stays open. */
export function lineOfAnswer(segment: string, tap: Tap, answer: ClaimAnswer): string | null {
  if (answer.is === "new") return "accepted";
  if (answer.is === "rate") return "rejected rate";
  if (answer.is !== "standing") return null;
  if (answer.digest !== tap.digest) return clashOf(answer);
  if (answer.owner !== tap.owner) return `duplicate ${answer.segment}`;
  return answer.segment === segment ? "accepted" : `redelivered ${answer.segment}`;
}

/** What follows for a tap whose place is in the archive. */
function lineOfArchived(tap: Tap, holder: Holder): string {
  if (holder.digest !== tap.digest) return clashOf(holder);
  return `${holder.owner === tap.owner ? "archived" : "duplicate"} ${holder.segment}`;
}

/** What the archive's index says before that step, by what is in the archive now; what follows is noted. */
export function askArchive(
  { expected }: Attempt,
  position: Position,
  ledger: LedgerModel,
  life: string,
): unknown {
  if (position.step === "generation") return life;
  if (position.step !== "find-taps" && position.step !== "find-agent-taps") return undefined;
  return position.taps.map((tap) => {
    const held = ledger.archive.get(placeOf(tap)) ?? null;
    if (position.step === "find-agent-taps") return held?.owner === tap.owner ? held.segment : null;
    if (held !== null) expected.set(tap.owner, lineOfArchived(tap, held));
    return { highest: ledger.highestArchived(tap), held };
  });
}

/**
 * Takes note of how an attempt ended.
 * @param life the buffer's life now
 * @throws Error where it may not end so, or says of a tap what does not follow from what it was told
 */
export function takeEnding(attempt: Attempt, ending: Ending, life: string): void {
  const { segment, expected, mayFail } = attempt;
  attempt.ending = ending;
  if ("code" in ending) {
    const may = ending.code === "conflict" ? mayFail : ending.code === "unavailable" && segment.life !== life;
    if (!may) throw new Error(`${nameOf(attempt)} failed: ${ending.text}`);
    return;
  }
  for (const [i, tap] of segment.taps.entries()) {
    const verdict = ending.verdicts[i];
    const said = verdict === undefined ? "nothing" : lineOf(verdict);
    if (said !== expected.get(tap.owner))
      throw new Error(
        `${nameOf(attempt)} says of ${tap.owner} ${said} instead of ${expected.get(tap.owner)}`,
      );
  }
  if (!ending.isFirst) return;
  if (segment.stage !== "validation") throw new Error(`${nameOf(attempt)} kept verdicts a second time`);
  segment.stage = "kept";
  segment.verdicts = ending.verdicts;
}
