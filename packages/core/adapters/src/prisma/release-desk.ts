import type { Deed } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import {
  advanceShift,
  checkedPlan,
  defaultPlan,
  newShiftState,
  promoteShift,
  type ReleaseContent,
  type ReleasedService,
  releaseContentSchema,
  retargetShift,
  returnPlan,
  type ShiftPlan,
  type ShiftState,
  shiftText,
  targetOf,
  turnShiftBack,
} from "@tapline/core/rollout";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import { assertMayShift, type FixedServices, noteFixed, readFixed } from "./fixed-services.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";
import { lockedStep } from "./locked-step.ts";
import { assertExpected, type ReleaseExpectation } from "./release-checks.ts";
import {
  type ReleaseListing,
  releaseOf,
  type ShiftEvidence,
  type ShiftListing,
  shiftOf,
} from "./release-rows.ts";
import {
  type Begun,
  beginShift,
  changeShift,
  openShift,
  type ShiftChange,
  type Standing,
  shiftDeed,
  standing,
} from "./release-steps.ts";

/** Who acts, and why; `dryRun` tells the effect and changes nothing. */
export type ReleaseAct = Act & {
  readonly reason: string;
  readonly dryRun: boolean;
  readonly expects?: ReleaseExpectation;
};

/** What an act does, or would do. */
export type ShiftEffect = {
  readonly shift: ShiftListing;
  /** In a sentence, for whoever decides. */
  readonly says: string;
};

/** The controller's own name in the audit log. */
const controller = { actor: { kind: "job", id: "release-control" } } as const;

/** Releases of services, and the shifts from one to another. Each change is one transaction with its audit entry. */
export class ReleaseDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Newest first. */
  async releases({ limit = 1_000 }: { limit?: number } = {}): Promise<ReleaseListing[]> {
    const rows = await this.#prisma.serviceRelease.findMany({ orderBy: { id: "desc" }, take: limit });
    return rows.map(releaseOf);
  }

  /** @throws TaplineError `not-found` */
  async release(id: number): Promise<ReleaseListing> {
    return await foundRelease(this.#prisma, id);
  }

  /** Shifts, newest first. @param before id of the last one of the page before */
  async shifts(
    filter: { service?: ReleasedService; limit?: number; before?: number } = {},
  ): Promise<ShiftListing[]> {
    const { service, limit = 50, before } = filter;
    const rows = await this.#prisma.releaseShift.findMany({
      where: {
        ...(service === undefined ? {} : { service }),
        ...(before === undefined ? {} : { id: { lt: before } }),
      },
      orderBy: { id: "desc" },
      take: limit,
    });
    return rows.map(shiftOf);
  }

  /** Those under way. */
  async open(): Promise<ShiftListing[]> {
    const rows = await this.#prisma.releaseShift.findMany({
      where: { endedAt: null },
      orderBy: { id: "asc" },
    });
    return rows.map(shiftOf);
  }

  /** What runs of a service, as its last shift left it. */
  async standing(service: ReleasedService): Promise<Standing> {
    return await standing(this.#prisma, service);
  }

  /** Services that cannot go from one release to another here, and why. */
  async fixed(): Promise<FixedServices> {
    return await readFixed(this.#prisma);
  }

  /** Keeps which services cannot, as whoever leads releases sees it. */
  async noteFixed(fixed: FixedServices): Promise<void> {
    await noteFixed(this.#prisma, fixed);
  }

  /** Makes a release; nothing runs by it yet. @returns it; with `dryRun` as it would be */
  async make(content: ReleaseContent, act: ReleaseAct): Promise<ReleaseListing> {
    const { service, version, config, rules } = releaseContentSchema.parse(content);
    return await this.#step(act, async (tx, at) => {
      if (rules !== null && (await tx.validationRelease.count({ where: { version: rules } })) === 0)
        throw new TaplineError("not-found", `there is no release ${rules} of the validation rules`, {
          remedy: "`tapline rules ls` shows which there are",
        });
      const last = await tx.serviceRelease.aggregate({ _max: { id: true } });
      const id = (last._max.id ?? 0) + 1;
      const made = { madeAt: at, madeBy: `${act.actor.kind}/${act.actor.id}`, reason: act.reason };
      const row = await tx.serviceRelease.create({ data: { id, service, version, config, rules, ...made } });
      const names = Object.keys(config).toSorted().join(",");
      const facts = { service, version, settings: names, ...(rules === null ? {} : { rules }) };
      await recordAct(tx, act, { action: "release.made", subject: `release/${id}`, facts }, at.getTime());
      return releaseOf(row);
    });
  }

  /**
   * Begins to lead a service to a release. Where it is on the way to another one, this one takes that one's place.
   * @throws TaplineError `not-found`; `conflict` where it runs already, the service is on its way back, or keeps to one release here
   */
  async shift(id: number, act: ReleaseAct, plan: ShiftPlan = defaultPlan): Promise<ShiftEffect> {
    checkedPlan(plan);
    return await this.#step(act, async (tx, at) => {
      const { service } = await foundRelease(tx, id);
      await assertMayShift(tx, service);
      const open = await openShift(tx, service);
      const now = at.getTime();
      if (open !== null) {
        if (open.release === id) throw new TaplineError("conflict", `release ${id} is on its way already`);
        if (open.state.phase === "returning" || open.state.phase === "clearing")
          throw new TaplineError("conflict", `${service} is on its way back to what ran before`, {
            remedy: "wait for its end, then begin anew",
          });
        const state = retargetShift(
          open,
          now,
          `release ${id} takes the place of release ${open.release ?? "none"}`,
        );
        // From here on it is no way back any more, also where it began as one.
        const change = { state, releaseId: id, plan, kind: "release" as const };
        return await this.#changed(tx, open, change, "release.shift-started", act, at);
      }
      const { release: base, colour } = await standing(tx, service);
      if (base === id) throw new TaplineError("conflict", `release ${id} of ${service} runs already`);
      const begun = { service, kind: "release" as const, base, release: id, stable: colour, plan };
      return await begin(tx, begun, act, at);
    });
  }

  /** One share further without waiting, or on from a standstill. @throws TaplineError `conflict` */
  async advance(service: ReleasedService, act: ReleaseAct): Promise<ShiftEffect> {
    return await this.#steer(service, act, "release.shift-advanced", advanceShift);
  }

  /** To the end without waiting for windows and evidence. @throws TaplineError `conflict` */
  async promote(service: ReleasedService, act: ReleaseAct): Promise<ShiftEffect> {
    return await this.#steer(service, act, "release.shift-forced", promoteShift);
  }

  /**
   * Back to what ran before: the shift under way turns back, or where there is none, the last one is undone by one of its own.
   * A way back that stands still turns, too; one that goes on does not: who rolls back a moment after somebody else wants the same.
   * @throws TaplineError `conflict` where nothing ran before, it is on its way back, or the service keeps to one release here
   */
  async rollBack(service: ReleasedService, act: ReleaseAct): Promise<ShiftEffect> {
    return await this.#step(act, async (tx, at) => {
      const open = await openShift(tx, service);
      if (open !== null) {
        if (open.kind === "return" && open.state.held === null) throw onItsWayBack(open);
        const state = turnShiftBack(open, at.getTime(), act.reason);
        return await this.#changed(tx, open, { state }, "release.rollback-started", act, at);
      }
      const { release, colour, before } = await standing(tx, service);
      if (before === undefined)
        throw new TaplineError(
          "conflict",
          `nothing ran before of ${service}: there is nothing to go back to`,
        );
      await assertMayShift(tx, service);
      const back = { service, kind: "return" as const, base: release, release: before, stable: colour };
      return await begin(tx, { ...back, plan: returnPlan }, act, at);
    });
  }

  /**
   * What the controller made of a shift. Audited where phase, share or standstill is another one.
   * @throws TaplineError `conflict` where somebody has changed it since it was read
   */
  async note(shift: ShiftListing, state: ShiftState, evidence: ShiftEvidence | null): Promise<ShiftListing> {
    const act = { ...controller, reason: state.why, dryRun: false };
    return await this.#step(act, async (tx, at) => {
      const deed = shiftDeed(shift, state);
      const changed = await changeShift(tx, shift, { state, evidence }, at);
      if (deed !== null) await recordAct(tx, act, deed, at.getTime());
      return changed;
    });
  }

  async #steer(
    service: ReleasedService,
    act: ReleaseAct,
    action: Deed["action"],
    step: (shift: ShiftListing, nowEpochMs: number, why: string) => ShiftState,
  ): Promise<ShiftEffect> {
    return await this.#step(act, async (tx, at) => {
      const open = await openShift(tx, service);
      if (open === null)
        throw new TaplineError("conflict", `no shift of ${service} is under way`, {
          remedy: "`tapline release ls` shows what runs",
        });
      return await this.#changed(tx, open, { state: step(open, at.getTime(), act.reason) }, action, act, at);
    });
  }

  async #changed(
    tx: Transaction,
    before: ShiftListing,
    change: Omit<ShiftChange, "evidence">,
    action: Deed["action"],
    act: ReleaseAct,
    at: Date,
  ): Promise<ShiftEffect> {
    const shift = await changeShift(tx, before, change, at);
    const facts = { service: shift.service, ...(shift.release === null ? {} : { release: shift.release }) };
    const [was, is] = [before, shift].map(({ state, release }) => ({
      phase: state.phase,
      step: state.step,
      release,
    }));
    const deed = { action, subject: `shift/${shift.id}`, facts };
    await recordAct(tx, act, { ...deed, before: was ?? {}, after: is ?? {} }, at.getTime());
    return { shift, says: shiftText(before, shift.state) };
  }

  /** One step comes after the other. With `dryRun` it is done and undone. */
  async #step<Result>(
    act: ReleaseAct,
    change: (tx: Transaction, at: Date) => Promise<Result>,
  ): Promise<Result> {
    if (act.reason.trim() === "") throw new TaplineError("invalid-input", "a reason is needed");
    return await lockedStep(this.#prisma, { lock: "release_shift", dryRun: act.dryRun }, async (tx) => {
      await assertExpected(tx, act.expects);
      return await change(tx, new Date(this.#clock()));
    });
  }
}

async function begin(tx: Transaction, begun: Begun, act: ReleaseAct, at: Date): Promise<ShiftEffect> {
  const shift = await beginShift(tx, begun, newShiftState(at.getTime(), act.reason), act, at);
  const { service, release, base, stable, plan, kind } = begun;
  const name = (id: number | null): string =>
    id === null ? "what the installation brings" : `release ${id}`;
  const action =
    kind === "return" ? ("release.rollback-started" as const) : ("release.shift-started" as const);
  const facts = { service, steps: plan.steps.join(","), colour: targetOf({ stable }) };
  const deed = { action, subject: `shift/${shift.id}`, facts, before: { release: base }, after: { release } };
  await recordAct(tx, act, deed, at.getTime());
  const says = `${service} goes from ${name(base)} (${stable}) to ${name(release)} (${targetOf({ stable })}) by ${plan.steps.join(", ")} %`;
  return { shift, says };
}

const onItsWayBack = ({ service, base }: ShiftListing): TaplineError =>
  new TaplineError("conflict", `${service} is on its way back to what ran before already`, {
    remedy: `\`tapline release ls\` shows how it stands; once it has ended, \`tapline release shift ${base}\` leads there again`,
  });

async function foundRelease(
  prisma: Pick<PrismaClient, "serviceRelease"> | Prisma.TransactionClient,
  id: number,
): Promise<ReleaseListing> {
  const row = await prisma.serviceRelease.findUnique({ where: { id } });
  if (row !== null) return releaseOf(row);
  throw new TaplineError("not-found", `there is no release ${id}`, {
    remedy: "`tapline release ls` shows which there are",
  });
}
