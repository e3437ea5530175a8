import type { ArchiveIndex, Holding } from "@tapline/adapters/prisma";
import type { Claim, ClaimAnswer, Lease, Leases, TapLedger } from "@tapline/adapters/redis";
import { TaplineError } from "@tapline/core/kernel";
import type { RulesRelease, TapVerdict } from "@tapline/core/validation";
import { Patience } from "./patience.ts";
import { whileRenewing } from "./renew-leases.ts";

/** A tap that passed every check of its own, asking for its place in its tracker's sequence. */
export type SequenceClaim = Claim & { readonly agent: string; readonly epoch: number; readonly seq: number };

export type SequenceParts = {
  readonly ledger: Pick<TapLedger, "claim" | "renew" | "leaseMs">;
  readonly index: Pick<ArchiveIndex, "findTaps" | "findAgentTaps" | "generation">;
  /** How long to wait for trackers that others hold, ms. */
  readonly maxWaitMs?: number;
};

/** What a segment's claims are made in. */
type Claiming = {
  readonly segment: string;
  readonly generation: string;
  readonly release: RulesRelease;
  readonly verdicts: Map<SequenceClaim, TapVerdict>;
  readonly parts: SequenceParts;
};

/** Several times a lease, so that who died while it held one is outlived. */
const defaultMaxWaitMs = 10_000;
/** A round without waiting settles what it asked, unless this process stood still for longer than a lease. */
const maxRounds = 1_000;
const noLeases: Leases = new Map();

/**
 * Decides for each claim, in order, whether its tap is new, a duplicate, known already, or contradicts what is known.
 * Redis answers for taps in flight and for those above a tracker's highest number. For the rest the archive's index is asked,
 * in one query; meanwhile their trackers are leased, so that nobody else changes them. Nobody waits for a tracker
 * while it holds another, so there is no deadlock.
 * @param generation the buffer's life in which the segment was cut
 * @throws TaplineError `conflict` where a tracker was held by others for too long (facts: resource, waitedMs, attempts), or
 * where another attempt's verdicts for the segment are kept;
 * `unavailable` while the index is not level with the archive, or the segment was lost with the buffer
 */
export async function claimSequence(
  segment: string,
  generation: string,
  claims: readonly SequenceClaim[],
  release: RulesRelease,
  parts: SequenceParts,
): Promise<TapVerdict[]> {
  const claiming = { segment, generation, release, verdicts: new Map(), parts };
  const patience = new Patience(segment, parts.maxWaitMs ?? defaultMaxWaitMs);
  let open = claims;
  let leases = noLeases;
  for (let round = 0; open.length > 0 || leases.size > 0; round++) {
    if (round === maxRounds) throw new TaplineError("conflict", `segment ${segment}: its leases never last`);
    const answers = await parts.ledger.claim({
      ...{ segment, generation, leases },
      claims: open,
      rate: release.rules.trackerRate,
    });
    const unsure = settleAnswered(open, answers, claiming);
    leases = await askIndex(unsure, claiming);
    open = unsure.map(({ claim }) => claim).filter((claim) => !claiming.verdicts.has(claim));
    const [first] = unsure;
    if (first !== undefined && leases.size === 0) await patience.wait(first.claim.tracker, leftMs(unsure));
  }
  return claims.map((claim) => claiming.verdicts.get(claim) ?? { is: "accepted" });
}

type Unsure = {
  readonly claim: SequenceClaim;
  readonly answer: Extract<ClaimAnswer, { is: "ask" | "busy" }>;
};

/** Keeps the verdicts that Redis gave; returns the claims that have none. */
function settleAnswered(
  open: readonly SequenceClaim[],
  answers: readonly ClaimAnswer[],
  { segment, release, verdicts }: Claiming,
): Unsure[] {
  const unsure: Unsure[] = [];
  for (const [i, claim] of open.entries()) {
    const answer = answers[i];
    if (answer === undefined) continue;
    if (answer.is === "over")
      throw new TaplineError("conflict", `segment ${segment} was judged by another attempt`, {
        remedy: "nothing to do: its verdicts are kept, and it goes on",
      });
    if (answer.is === "ask" || answer.is === "busy") unsure.push({ claim, answer });
    else verdicts.set(claim, verdictOf(segment, claim, answer, release));
  }
  return unsure;
}

/** The shortest time for which one of the trackers is held by somebody else. */
function leftMs(unsure: readonly Unsure[]): number {
  return Math.min(...unsure.map(({ answer }) => (answer.is === "busy" ? answer.leftMs : 0)));
}

/**
 * Asks the index about the claims whose trackers are leased to this caller, renewing the leases meanwhile, and keeps the
 * verdicts of those that it holds.
 * @returns the leases, to be given back with the next claim
 */
async function askIndex(unsure: readonly Unsure[], claiming: Claiming): Promise<Leases> {
  const { generation, parts, release, segment } = claiming;
  const leased = new Map<string, Lease & { highest: Map<number, number> }>();
  const asked: SequenceClaim[] = [];
  for (const { claim, answer } of unsure) {
    if (answer.is !== "ask") continue;
    asked.push(claim);
    if (!leased.has(claim.tracker)) leased.set(claim.tracker, { token: answer.token, highest: new Map() });
  }
  if (asked.length === 0) return noLeases;
  try {
    await whileRenewing(parts.ledger, generation, leased, async () => {
      const holdings = await parts.index.findTaps(asked);
      await assertLevel(generation, parts.index);
      await settleHeld(asked, holdings, claiming);
      for (const [i, { tracker, trackerEpoch }] of asked.entries())
        leased.get(tracker)?.highest.set(trackerEpoch, holdings[i]?.highest ?? 0);
    });
  } catch (error) {
    // Others need not wait for the leases to run out; where this fails too, they do.
    const back = new Map([...leased].map(([tracker, { token }]) => [tracker, { token, highest: new Map() }]));
    const rate = release.rules.trackerRate;
    await parts.ledger.claim({ segment, generation, claims: [], leases: back, rate }).catch(() => undefined);
    throw error;
  }
  return leased;
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
  answer: Exclude<ClaimAnswer, { is: "ask" | "busy" | "over" }>,
  { version, rules }: RulesRelease,
): TapVerdict {
  if (answer.is === "new") return { is: "accepted" };
  if (answer.is === "rate") {
    const detail = `tracker ${claim.tracker} brings more than ${rules.trackerRate.tapsPerHour} new taps per hour`;
    return { is: "rejected", reason: "rate", detail, rules: version };
  }
  if (answer.digest !== claim.digest) return equivocation(claim, answer, version);
  if (answer.owner !== claim.owner) return { is: "duplicate", segment: answer.segment };
  return answer.segment === segment ? { is: "accepted" } : { is: "redelivered", segment: answer.segment };
}

/** Settles the claims whose number the archive holds already. */
async function settleHeld(
  asked: readonly SequenceClaim[],
  holdings: readonly Holding[],
  { verdicts, release, parts: { index } }: Claiming,
): Promise<void> {
  const same: { claim: SequenceClaim; segment: string }[] = [];
  for (const [i, claim] of asked.entries()) {
    const held = holdings[i]?.held;
    if (held === undefined || held === null) continue;
    if (held.digest === claim.digest) same.push({ claim, segment: held.segment });
    else verdicts.set(claim, equivocation(claim, held, release.version));
  }
  const own = await index.findAgentTaps(same.map(({ claim }) => claim));
  for (const [i, { claim, segment }] of same.entries())
    verdicts.set(claim, { is: own[i] === segment ? "archived" : "duplicate", segment });
}

function equivocation(
  claim: SequenceClaim,
  { segment, digest }: { readonly segment: string; readonly digest: string },
  rules: number,
): TapVerdict {
  const name = `tracker ${claim.tracker} epoch ${claim.trackerEpoch} number ${claim.trackerSeq}`;
  const detail = `${name} was used before for other content`;
  return { is: "rejected", reason: "equivocation", detail, rules, first: { segment, digest } };
}
