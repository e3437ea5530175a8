import type { ReleaseDesk, ShiftEvidence, ShiftListing } from "@tapline/adapters/prisma";
import type { SegmentShares } from "@tapline/adapters/redis";
import { hasCode } from "@tapline/core/kernel";
import type { Actuator, Landscape } from "@tapline/core/noops";
import {
  afterStanding,
  isReturning,
  type ShiftAct,
  type ShiftState,
  type ShiftView,
  stepShift,
  wantedShare,
} from "@tapline/core/rollout";
import type { Logger } from "pino";
import { type ActParts, doAct, isOtherWatch, setShare, shareOf } from "../releases/do-act.ts";
import { type HealParts, healShares } from "../releases/heal-shares.ts";
import { readView, type Shares, stageOf, type ViewParts } from "../releases/read-view.ts";
import { fixedTeller } from "../releases/tell-fixed.ts";
import { watchOf } from "../releases/watch-name.ts";
import { type Role, repeat } from "./role.ts";

export type ReleaseControlParts = ViewParts &
  ActParts &
  HealParts & {
    readonly desk: Pick<ReleaseDesk, "open" | "note" | "release" | "standing" | "fixed" | "noteFixed">;
    readonly actuator: Pick<Actuator, "look" | "act">;
    readonly shares: Pick<SegmentShares, "read" | "set">;
    /** Number of the lease under which this process may act; null while another process does. */
    readonly fence: () => number | null;
    /** Whether people have stopped everything: then nothing goes forward, and what goes back goes on. */
    readonly isStopped: () => Promise<boolean>;
    readonly log: Pick<Logger, "info" | "warn" | "error">;
  };

/** So often is looked, also whether something was begun. */
const everyMs = 250;
/** Where a shift, or its share, stands otherwise than before: the next thing may be to be done at once. */
const soonMs = 20;
/** Where another process leads: what it leads is taken over soon after its end, and looking for that costs nothing. */
const standByMs = 50;
/** So often is written what the evidence says where nothing else is another one. */
const tellEvidenceEveryMs = 2_000;
const lookWithinMs = 5_000;
/** So often is written, while people have stopped everything, that a shift's time stands still. */
const noteStandingEveryMs = 1_000;
/** So often is looked whether shares lead to whom is there. */
const healEveryMs = 5_000;

/** Leads services from one release to another: looks, decides by `stepShift`, writes that down, and does it. */
export function startReleaseControl(parts: ReleaseControlParts): Role {
  const standing = new StandingTimes(parts);
  const trouble = tellTrouble(parts, "releases could not be led on; it is tried again");
  const loop = repeat(
    async (signal) => {
      const fence = parts.fence();
      const open = fence === null ? [] : await parts.desk.open();
      if (fence === null || open.length === 0) {
        standing.forget();
        return fence === null ? standByMs : everyMs;
      }
      const within = AbortSignal.any([signal, AbortSignal.timeout(lookWithinMs)]);
      const [landscape, shares] = await Promise.all([parts.actuator.look(within), parts.shares.read()]);
      const isStopped = await parts.isStopped();
      let goesOn = false;
      // One that cannot be led on, as where a person was first, holds up no others.
      for (const shift of open) {
        const step = async (): Promise<void> => {
          const isStanding = isStopped && !isReturning(shift.state);
          const timed = await standing.passOver(shift, isStanding);
          if (!isStanding && (await lead(timed, { landscape, shares, fence }, parts))) goesOn = true;
        };
        await step().catch(trouble);
      }
      return goesOn ? soonMs : everyMs;
    },
    trouble,
    everyMs,
  );
  const healing = repeat(
    async (signal) => {
      const fence = parts.fence();
      const within = AbortSignal.any([signal, AbortSignal.timeout(lookWithinMs)]);
      if (fence !== null && !(await parts.isStopped())) await healShares(fence, within, parts);
      return healEveryMs;
    },
    tellTrouble(parts, "whether shares lead to whom is there is not known; it is looked again"),
    healEveryMs,
  );
  const tellFixed = fixedTeller(parts);
  const telling = repeat(
    async (signal) => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(lookWithinMs)]);
      if (parts.fence() !== null) await tellFixed(within);
      return healEveryMs;
    },
    tellTrouble(parts, "which services keep to one release is not known; it is looked again"),
    healEveryMs,
  );
  return {
    stop: async () => {
      await Promise.all([loop.stop(), healing.stop(), telling.stop()]);
    },
  };
}

function tellTrouble({ log }: Pick<ReleaseControlParts, "log">, what: string): (error: unknown) => void {
  return (error) => {
    const level = hasCode(error, "conflict") || hasCode(error, "unavailable") ? "warn" : "error";
    log[level]({ err: error }, what);
  };
}

/** For how long shifts stand because people stopped everything: that time counts against none of their limits. */
class StandingTimes {
  readonly #parts: Pick<ReleaseControlParts, "clock" | "desk">;
  /** Until when it is written that a shift stands, ms since 1970, by the shift's number. */
  readonly #notedUntil = new Map<ShiftListing["id"], number>();

  constructor(parts: Pick<ReleaseControlParts, "clock" | "desk">) {
    this.#parts = parts;
  }

  /** Another process may lead now: how long shifts stand is its to say, and what is known here grows old. */
  forget(): void {
    this.#notedUntil.clear();
  }

  /** @returns the shift, with the time taken out of its own that is written by now */
  async passOver(shift: ShiftListing, isStanding: boolean): Promise<ShiftListing> {
    const now = this.#parts.clock();
    const until = this.#notedUntil.get(shift.id);
    if (until === undefined) {
      if (isStanding) this.#notedUntil.set(shift.id, now);
      return shift;
    }
    if (isStanding && now - until < noteStandingEveryMs) return shift;
    const stood = afterStanding(shift.state, Math.max(0, now - until));
    const noted = await this.#parts.desk.note(shift, stood, shift.evidence);
    if (isStanding) this.#notedUntil.set(shift.id, now);
    else this.#notedUntil.delete(shift.id);
    return noted;
  }
}

type Seen = { readonly landscape: Landscape; readonly shares: Shares; readonly fence: number };

/** @returns whether it stands otherwise than before, or its share does, which is what its next step waits for */
async function lead(
  shift: ShiftListing,
  { landscape, shares, fence }: Seen,
  parts: ReleaseControlParts,
): Promise<boolean> {
  const { view, evidence } = await readView(shift, landscape, shares, parts);
  const { state, act } = stepShift(shift, view, parts.clock());
  const noted = await note(shift, state, evidence, parts);
  const isDone = act !== null && (await tryTo(() => doAct(noted, act, fence, parts), noted, act.kind, parts));
  await keepWatching(noted, act?.kind ?? null, view, shares, fence, parts);
  return !isSame(state, shift.state) || (act?.kind === "share" && isDone);
}

/**
 * Says who looks from now on, where that is another one and the share stays. Never that nobody does while the new release has a share
 * that it is to lose: what it is given then would count.
 */
async function keepWatching(
  shift: ShiftListing,
  act: ShiftAct["kind"] | null,
  { targetPercent }: ShiftView,
  shares: Shares,
  fence: number,
  parts: ReleaseControlParts,
): Promise<void> {
  const stage = stageOf(shift.service);
  if (stage === null || act === "share" || targetPercent === null || !isOtherWatch(shift, shares[stage]))
    return;
  if (watchOf(shift) === null && targetPercent !== wantedShare(shift)) return;
  await tryTo(() => setShare(stage, shareOf(shift, targetPercent), fence, parts), shift, "watch", parts);
}

const isSame = (one: ShiftState, other: ShiftState): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Written before it is done: whoever comes after knows what was meant. @throws TaplineError `conflict` where a person was first */
async function note(
  shift: ShiftListing,
  state: ShiftState,
  evidence: ShiftEvidence,
  { desk, log }: ReleaseControlParts,
): Promise<ShiftListing> {
  const toldAgoMs = evidence.atEpochMs - (shift.evidence?.atEpochMs ?? Number.NEGATIVE_INFINITY);
  if (isSame(state, shift.state) && Math.abs(toldAgoMs) < tellEvidenceEveryMs) return shift;
  if (state.phase !== shift.state.phase)
    log.info(
      { shift: shift.id, service: shift.service, phase: state.phase, why: state.why },
      "a shift goes on",
    );
  return await desk.note(shift, state, evidence);
}

/** What does not work is seen by the next look, and told again until its time is over. @returns whether it did */
async function tryTo(
  work: () => Promise<void>,
  { id, service }: ShiftListing,
  act: string,
  { log }: ReleaseControlParts,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    log.warn({ err: error, shift: id, service, act }, "an act of a shift was not done");
    return false;
  }
}
