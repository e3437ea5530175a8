import type { Deed } from "@tapline/core/audit";
import { type Colour, TaplineError } from "@tapline/core/kernel";
import {
  isOver,
  type ReleasedService,
  type Shift,
  type ShiftPhase,
  type ShiftPlan,
  type ShiftState,
  targetOf,
  wantedShare,
} from "@tapline/core/rollout";
import type { Act, Transaction } from "./acts.ts";
import { Prisma, type PrismaClient } from "./generated/client.ts";
import { type ShiftEvidence, type ShiftListing, shiftOf } from "./release-rows.ts";

type Reading = Pick<PrismaClient, "releaseShift"> | Transaction;

/** What runs of a service. */
export type Standing = {
  /** null: what the installation itself brings. */
  readonly release: number | null;
  readonly colour: Colour;
  /** What ran before it; undefined where nothing did, or that was undone already. */
  readonly before: number | null | undefined;
};

export async function standing(prisma: Reading, service: ReleasedService): Promise<Standing> {
  const row = await prisma.releaseShift.findFirst({
    where: { service, phase: "promoted" },
    orderBy: { id: "desc" },
  });
  if (row === null) return { release: null, colour: "blue", before: undefined };
  const shift = shiftOf(row);
  const before = shift.kind === "return" ? undefined : shift.base;
  return { release: shift.release, colour: targetOf(shift), before };
}

export async function openShift(prisma: Reading, service: ReleasedService): Promise<ShiftListing | null> {
  const row = await prisma.releaseShift.findFirst({ where: { service, endedAt: null } });
  return row === null ? null : shiftOf(row);
}

export type Begun = Omit<Shift, "state"> & { readonly kind: ShiftListing["kind"] };

export async function beginShift(
  tx: Transaction,
  { service, kind, base, release, stable, plan }: Begun,
  state: ShiftState,
  act: Act,
  at: Date,
): Promise<ShiftListing> {
  const last = await tx.releaseShift.aggregate({ _max: { id: true } });
  const row = await tx.releaseShift.create({
    data: {
      ...{
        id: (last._max.id ?? 0) + 1,
        service,
        kind,
        baseId: base,
        releaseId: release,
        stable,
        plan,
        state,
      },
      ...{ phase: state.phase, startedAt: at, changedAt: at, reason: act.reason ?? "" },
      startedBy: `${act.actor.kind}/${act.actor.id}`,
    },
  });
  return shiftOf(row);
}

/** What of a shift becomes another. */
export type ShiftChange = {
  readonly state: ShiftState;
  readonly kind?: ShiftListing["kind"];
  readonly releaseId?: number;
  readonly plan?: ShiftPlan;
  readonly evidence?: ShiftEvidence | null;
};

/** @throws TaplineError `conflict` where somebody has changed it since it was read */
export async function changeShift(
  tx: Transaction,
  { id, revision }: ShiftListing,
  { state, evidence, ...rest }: ShiftChange,
  at: Date,
): Promise<ShiftListing> {
  const seen =
    evidence === undefined ? {} : { evidence: evidence === null ? Prisma.DbNull : { ...evidence } };
  const { count } = await tx.releaseShift.updateMany({
    where: { id, revision, endedAt: null },
    data: {
      ...{
        ...rest,
        ...(seen as { evidence?: Prisma.InputJsonValue }),
        state,
        phase: state.phase,
        changedAt: at,
      },
      ...{ endedAt: isOver(state) ? at : null, revision: revision + 1 },
    },
  });
  if (count === 0)
    throw new TaplineError("conflict", `shift ${id} was changed meanwhile`, { remedy: "look again" });
  return shiftOf(await tx.releaseShift.findUniqueOrThrow({ where: { id } }));
}

const actions: Readonly<Record<ShiftPhase, Deed["action"]>> = {
  placing: "release.shift-advanced",
  routing: "release.shift-advanced",
  keeping: "release.shift-advanced",
  retiring: "release.shift-advanced",
  promoted: "release.promoted",
  returning: "release.rollback-started",
  clearing: "release.shift-advanced",
  "rolled-back": "release.rolled-back",
};

/** What of the controller's doing people want to read of; null where nothing is another one for them. */
export function shiftDeed(shift: ShiftListing, after: ShiftState): Deed | null {
  const { state, service, release } = shift;
  const held = after.held !== null && state.held === null;
  if (!held && state.phase === after.phase && state.step === after.step) return null;
  const of = (one: ShiftState) => ({ phase: one.phase, sharePercent: wantedShare({ ...shift, state: one }) });
  return {
    action: held ? "release.shift-held" : actions[after.phase],
    subject: `shift/${shift.id}`,
    facts: { service, ...(release === null ? {} : { release }) },
    ...{ before: of(state), after: of(after) },
  };
}
