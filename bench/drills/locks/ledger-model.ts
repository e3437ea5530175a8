import type { ClaimAnswer } from "@tapline/adapters/redis";
import { Bucket } from "./bucket.ts";
import { leaseMs, rate } from "./settings.ts";

/** A tap that asks for its place. */
export type Tap = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly trackerSeq: number;
  readonly digest: string;
  readonly agent: string;
  readonly epoch: number;
  readonly seq: number;
  readonly owner: string;
};

/** What a place was given to. */
export type Holder = { readonly segment: string; readonly digest: string; readonly owner: string };

/** A call of the ledger: what is asked, and the leases that it gives back. */
export type ClaimStep = {
  readonly job: number;
  readonly segment: string;
  /** Whether verdicts are kept for the segment: nothing is claimed for it any more. */
  readonly isOver: boolean;
  readonly claims: readonly Tap[];
  readonly leases: readonly {
    readonly tracker: string;
    readonly token: string;
    readonly highest: readonly (readonly [number, number])[];
  }[];
};

/** When a step happened: between two readings of the clock, ms since 1970. */
export type Span = { readonly fromMs: number; readonly toMs: number };

/** Somebody's lease: it stands until `surelyMs`, and is over after `latestMs`. */
type HeldLease = { readonly job: number; readonly token: string; surelyMs: number; latestMs: number };

/** What the tracker's lease may be, and surely is, to who calls, during the call. */
type Standing = {
  readonly given: ClaimStep["leases"][number] | undefined;
  readonly isOwn: boolean;
  readonly ownMayStand: boolean;
  readonly ownSurelyStands: boolean;
  readonly othersMayStand: boolean;
  readonly othersSurelyStands: boolean;
};

/** Between the order to stop and the stop, and between two clocks' readings. */
const stopSlackMs = 25;
const clockSlackMs = 2;

export const placeOf = (tap: Pick<Tap, "tracker" | "trackerEpoch" | "trackerSeq">): string =>
  `${tap.tracker}/${tap.trackerEpoch}/${tap.trackerSeq}`;

function fault(what: string): never {
  throw new Error(what);
}

/** Who has which number, and who may change that now: what one life of the buffer may answer. */
export class LedgerModel {
  /** By place: what is in the archive, in all lives. */
  readonly archive: Map<string, Holder>;
  /** By place: what was claimed in this life and not released. */
  readonly claimed = new Map<string, Holder>();
  readonly #highest = new Map<string, number>();
  readonly #leases = new Map<string, HeldLease>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #unsettled: [string, Holder][] = [];
  #lastToken = 0;

  constructor(archive = new Map<string, Holder>()) {
    this.archive = archive;
  }

  /** Judges the answers of a call that nothing else came between. @throws Error where one is not allowed */
  judge(step: ClaimStep, answers: readonly ClaimAnswer[], span: Span): void {
    const before = new Map(this.#highest);
    const lastToken = this.#lastToken;
    const trackers = new Set([...step.claims, ...step.leases].map(({ tracker }) => tracker));
    for (const tracker of trackers) {
      const standing = this.#standingFor(tracker, step, span);
      const told: ClaimAnswer[] = [];
      for (const [i, tap] of step.claims.entries()) {
        const answer = answers[i] ?? fault(`${placeOf(tap)} has no answer`);
        if (tap.tracker !== tracker) continue;
        told.push(answer);
        const isOver = step.isOver && !this.claimed.has(placeOf(tap));
        if (isOver !== (answer.is === "over"))
          fault(`${placeOf(tap)} of ${step.segment}: ${answer.is}, over: ${isOver}`);
        if (answer.is === "new") this.#judgeNew(tap, step.segment, before, standing, span);
        else this.#judgeOther(tap, answer, lastToken, standing, span);
      }
      this.#noteLease(tracker, step, told, standing, span);
    }
  }

  /** Takes note of the answers of a call that ran beside others: no number is given twice; the rest `settle` judges. */
  note(step: ClaimStep, answers: readonly ClaimAnswer[], span: Span): void {
    for (const [i, tap] of step.claims.entries()) {
      const answer = answers[i];
      if (answer?.is === "new") this.#give(tap, step.segment, span);
      if (answer?.is === "standing") this.#unsettled.push([placeOf(tap), answer]);
    }
  }

  /** Judges what was said to stand, once nothing is on its way. */
  settle(): void {
    for (const [place, said] of this.#unsettled.splice(0)) this.#mustBe(place, said);
  }

  /** The highest number of that epoch in the archive; 0 where there is none. */
  highestArchived({ tracker, trackerEpoch }: Pick<Tap, "tracker" | "trackerEpoch">): number {
    const start = `${tracker}/${trackerEpoch}/`;
    const places = [...this.archive.keys()].filter((place) => place.startsWith(start));
    return Math.max(0, ...places.map((place) => Number(place.slice(start.length))));
  }

  /** The job's leases were renewed at `atMs` or later. */
  renewed(job: number, atMs: number): void {
    for (const lease of this.#leasesOf(job)) lease.surelyMs = Math.max(lease.surelyMs, atMs + leaseMs);
  }

  /** From now on the job's leases are not renewed. */
  stops(job: number, nowMs: number): void {
    for (const lease of this.#leasesOf(job))
      lease.latestMs = Math.min(lease.latestMs, nowMs + leaseMs + stopSlackMs);
  }

  /** The job goes on renewing what it still has; what ran out meanwhile is over. */
  goesOn(job: number, nowMs: number): void {
    for (const [tracker, lease] of this.#leases)
      if (lease.job === job && nowMs > lease.latestMs) this.#leases.delete(tracker);
      else if (lease.job === job) lease.latestMs = Number.POSITIVE_INFINITY;
  }

  /** The segment has ended: whatever is still claimed for it is free again. */
  release(segment: string): void {
    for (const [place, holder] of this.claimed) if (holder.segment === segment) this.claimed.delete(place);
  }

  #leasesOf(job: number): HeldLease[] {
    return [...this.#leases.values()].filter((lease) => lease.job === job);
  }

  #standingFor(tracker: string, { leases }: ClaimStep, { fromMs, toMs }: Span): Standing {
    const lease = this.#leases.get(tracker);
    const given = leases.find((one) => one.tracker === tracker);
    const isOwn = lease !== undefined && lease.token === given?.token;
    const may = lease !== undefined && fromMs <= lease.latestMs;
    const surely = lease !== undefined && toMs + clockSlackMs < lease.surelyMs;
    return {
      isOwn,
      ownMayStand: isOwn && may,
      ownSurelyStands: isOwn && surely,
      othersMayStand: !isOwn && may,
      othersSurelyStands: !isOwn && surely,
      given,
    };
  }

  #judgeNew(
    tap: Tap,
    segment: string,
    before: ReadonlyMap<string, number>,
    standing: Standing,
    span: Span,
  ): void {
    const place = placeOf(tap);
    const highest = before.get(`${tap.tracker}/${tap.trackerEpoch}`);
    if (standing.othersSurelyStands) fault(`${place} was given while another holds the tracker`);
    if (!standing.ownMayStand && !(highest !== undefined && tap.trackerSeq > highest))
      fault(`${place} was given without a lease that stands, and is not above ${highest}`);
    this.#give(tap, segment, span);
  }

  #give(tap: Tap, segment: string, { fromMs, toMs }: Span): void {
    const place = placeOf(tap);
    if (this.archive.has(place)) fault(`${place} was given to ${segment}, and is archived`);
    if (this.claimed.has(place)) fault(`${place} was given to ${segment}, and is claimed`);
    this.claimed.set(place, { segment, digest: tap.digest, owner: tap.owner });
    this.#raise(tap.tracker, tap.trackerEpoch, tap.trackerSeq);
    const bucket = this.#bucket(tap.tracker);
    if (!bucket.mayGive(1, fromMs, toMs)) fault(`${place} was given over the tracker's rate`);
    bucket.spend(1, fromMs, toMs);
  }

  #judgeOther(
    tap: Tap,
    answer: Exclude<ClaimAnswer, { is: "new" }>,
    lastToken: number,
    standing: Standing,
    { fromMs }: Span,
  ): void {
    const place = placeOf(tap);
    if (answer.is === "standing") this.#mustBe(place, answer);
    else if (this.claimed.has(place)) fault(`${place} is claimed, and the answer was ${answer.is}`);
    if (answer.is === "busy" && !standing.othersMayStand) fault(`${place} waits for nobody`);
    if (answer.is === "rate" && this.#bucket(tap.tracker).surelyHas(1, fromMs))
      fault(`${place} was refused below the tracker's rate`);
    if (answer.is !== "ask") return;
    if (standing.othersSurelyStands) fault(`${tap.tracker} is leased to two`);
    if (standing.ownSurelyStands) fault(`${place} is to be asked for again, and its lease stands`);
    if (Number(answer.token) <= lastToken) fault(`token ${answer.token} comes after ${lastToken}`);
  }

  #mustBe(place: string, said: Holder): void {
    const holder = this.claimed.get(place);
    if (holder?.segment !== said.segment || holder.digest !== said.digest || holder.owner !== said.owner)
      fault(`${place} is said to stand for ${said.segment}, and is ${holder?.segment ?? "nobody's"}`);
  }

  #noteLease(
    tracker: string,
    { job }: ClaimStep,
    told: readonly ClaimAnswer[],
    { given, isOwn, ownMayStand, ownSurelyStands }: Standing,
    { fromMs }: Span,
  ): void {
    const asked = told.find((answer) => answer.is === "ask");
    const gave = told.some((answer) => answer.is === "new");
    if (ownSurelyStands || (ownMayStand && gave && asked === undefined))
      for (const [epoch, highest] of given?.highest ?? []) this.#raise(tracker, epoch, highest);
    // A token is used once; and a place that is given although another had a lease shows that it was over.
    if (isOwn || gave) this.#leases.delete(tracker);
    if (asked === undefined) return;
    this.#lastToken = Math.max(this.#lastToken, Number(asked.token));
    this.#leases.set(tracker, {
      ...{ job, token: asked.token },
      ...{ surelyMs: fromMs + leaseMs, latestMs: Number.POSITIVE_INFINITY },
    });
  }

  #raise(tracker: string, epoch: number, seq: number): void {
    const key = `${tracker}/${epoch}`;
    this.#highest.set(key, Math.max(this.#highest.get(key) ?? 0, seq));
  }

  #bucket(tracker: string): Bucket {
    const bucket = this.#buckets.get(tracker) ?? new Bucket(rate.burstTaps, rate.tapsPerHour / 3_600_000);
    this.#buckets.set(tracker, bucket);
    return bucket;
  }
}
