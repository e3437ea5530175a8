import type { ArchiveIndex, Holding } from "@tapline/adapters/prisma";
import type { Claim, ClaimAnswer, TapLedger } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import type { TapVerdict } from "@tapline/core/validation";

/** A tap that passed every check of its own, asking for its place in its tracker's sequence. */
export type SequenceClaim = Claim & { readonly agent: string; readonly epoch: number; readonly seq: number };

export type SequenceParts = {
  readonly ledger: Pick<TapLedger, "claim">;
  readonly index: Pick<ArchiveIndex, "findTaps" | "findAgentTaps" | "generation">;
};

/** Others may claim of the same tracker between question and claim; each round settles at least the standing ones. */
const maxRounds = 20;

/**
 * Decides for each claim, in order, whether its tap is new, a duplicate, known already, or contradicts what is
 * known. Redis answers for taps in flight and for those above a tracker's highest number; for the rest the
 * archive's index is asked, in one query per round.
 * @param generation the buffer's life in which the segment was cut
 * @throws TaplineError `conflict` where other segments kept claiming of the same trackers: try again;
 * `unavailable` while the index is not level with the archive, or the segment was lost with the buffer
 */
export async function claimSequence(
  segment: string,
  generation: string,
  claims: readonly SequenceClaim[],
  { ledger, index }: SequenceParts,
): Promise<TapVerdict[]> {
  const verdicts = new Map<SequenceClaim, TapVerdict>();
  let open = [...claims];
  let asked: { highest: number; version: string }[] | undefined;
  for (let round = 0; open.length > 0; round++) {
    if (round === maxRounds)
      throw new TaplineError("conflict", `segment ${segment}: other segments keep claiming of its trackers`);
    const answers = await ledger.claim(segment, generation, open, asked);
    const unsure: { claim: SequenceClaim; version: string }[] = [];
    for (const [i, claim] of open.entries()) {
      const answer = answers[i];
      if (answer === undefined) continue;
      if (answer.is === "ask") unsure.push({ claim, version: answer.version });
      else verdicts.set(claim, verdictOf(segment, claim, answer));
    }
    const holdings = await index.findTaps(unsure.map(({ claim }) => claim));
    if (unsure.length > 0) await assertLevel(generation, index);
    await settleHeld(
      unsure.map(({ claim }, i) => ({ claim, holding: holdings[i] })),
      verdicts,
      index,
    );
    const rest = unsure.map((item, i) => ({ ...item, highest: holdings[i]?.highest ?? 0 }));
    const left = rest.filter(({ claim }) => !verdicts.has(claim));
    open = left.map(({ claim }) => claim);
    asked = left.map(({ highest, version }) => ({ highest, version }));
  }
  return claims.map((claim) => verdicts.get(claim) ?? { is: "accepted" });
}

/**
 * An index that has lost its data answers "not there" to everything; it knows the buffer's life again only once
 * it is level with the archive. Looked at after the answers, so that they are as good as this.
 */
async function assertLevel(generation: string, index: Pick<ArchiveIndex, "generation">): Promise<void> {
  if ((await index.generation()) !== generation)
    throw new TaplineError("unavailable", "the index is not level with the archive", {
      remedy: "nothing to do: it is being rebuilt, and the attempt is repeated",
    });
}

function verdictOf(
  segment: string,
  claim: SequenceClaim,
  answer: Exclude<ClaimAnswer, { is: "ask" }>,
): TapVerdict {
  if (answer.is === "new") return { is: "accepted" };
  if (answer.digest !== claim.digest) return equivocation(claim);
  if (answer.owner !== claim.owner) return { is: "duplicate", segment: answer.segment };
  return answer.segment === segment ? { is: "accepted" } : { is: "redelivered", segment: answer.segment };
}

/** Settles the claims whose number the archive holds already. */
async function settleHeld(
  asked: readonly { claim: SequenceClaim; holding: Holding | undefined }[],
  verdicts: Map<SequenceClaim, TapVerdict>,
  index: Pick<ArchiveIndex, "findAgentTaps">,
): Promise<void> {
  const same: { claim: SequenceClaim; segment: string }[] = [];
  for (const { claim, holding } of asked) {
    if (holding === undefined || holding.held === null) continue;
    if (holding.held.digest === claim.digest) same.push({ claim, segment: holding.held.segment });
    else verdicts.set(claim, equivocation(claim));
  }
  const own = await index.findAgentTaps(same.map(({ claim }) => claim));
  for (const [i, { claim, segment }] of same.entries())
    verdicts.set(claim, { is: own[i] === segment ? "archived" : "duplicate", segment });
}

function equivocation(claim: SequenceClaim): TapVerdict {
  const name = `tracker ${claim.tracker} epoch ${claim.trackerEpoch} number ${claim.trackerSeq}`;
  return { is: "rejected", reason: "equivocation", detail: `${name} was used before for other content` };
}
