import type { FleetEffect } from "@tapline/core/rollout";
import { rolloutKinds, rolloutStates } from "@tapline/core/rollout";
import { agentSettingsSchema, agentVersionSchema } from "@tapline/core/tap";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { readRollouts } from "../fleet/rollout-views.ts";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, type RequestContext, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const rings = z.array(z.int().min(0).max(1_000)).min(1).max(100).nullable();

/** What is to be rolled out, and through which rings; null: those that agents are in. */
const startFields = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("config"), target: z.int().min(0), rings }),
  z.strictObject({ kind: z.literal("version"), target: agentVersionSchema, rings }),
]);

const steps = ["advance", "halt", "resume", "abort"] as const;
type Step = (typeof steps)[number];

const stepFields = {
  kind: z.enum(rolloutKinds),
  /** As it was looked at: where somebody has moved it on since, the step is refused. */
  seen: z.strictObject({ id: z.int().min(1), reached: z.int().min(0), state: z.enum(rolloutStates) }),
} as const;

const stepInput = z.strictObject({ ...stepFields, reason: reasonSchema });

/** Only told, for whoever is about to act. */
const trial = { reason: "to see what it would do", dryRun: true } as const;

type Start = z.infer<typeof startFields>;
type StepFields = { kind: Start["kind"]; seen: z.infer<typeof stepFields.seen>; force?: boolean };
type Acting = Pick<RequestContext, "fleet" | "steering"> & Parameters<typeof actOf>[0];

function start(ctx: Acting, { kind, target, rings: wanted }: Start, reason: string, dryRun: boolean) {
  const act = { ...actOf(ctx, reason), dryRun, atEpochMs: Date.now() };
  return fromPostgres(ctx.steering.start(kind, String(target), wanted, act));
}

async function move(
  ctx: Acting,
  step: Step,
  { kind, seen, force = false }: StepFields,
  reason: string,
  dryRun = false,
): Promise<FleetEffect> {
  const act = { ...actOf(ctx, reason), dryRun, atEpochMs: Date.now(), seen };
  if (step !== "advance") return await fromPostgres(ctx.steering[step](kind, act));
  const limits = await fromPostgres(ctx.fleet.limits());
  return await fromPostgres(ctx.steering.advance(kind, force, limits, act));
}

const stepProcedure = (step: Exclude<Step, "advance">) =>
  adminProcedure
    .input(stepInput)
    .mutation(({ ctx, input: { reason, ...fields } }) => move(ctx, step, fields, reason));

/** Settings and versions on their way through the rings of the fleet, as `tapline fleet` has them. Who is told what else is answered. */
export const fleetRolloutRouter = router({
  /** What holds, what is under way, how its rings stand, and the settings that may be given. */
  board: viewerProcedure.query(({ ctx }) =>
    readRollouts(
      { fleet: ctx.fleet, audit: ctx.audit, names: (ids) => ctx.auditViews.names(ids) },
      Date.now(),
    ),
  ),
  /** Makes a revision of the settings; nobody gets it before a roll-out or a pin. */
  makeSettings: adminProcedure
    .input(z.strictObject({ settings: agentSettingsSchema, reason: reasonSchema }))
    .mutation(async ({ ctx, input: { settings, reason } }) => {
      const act = { ...actOf(ctx, reason), dryRun: false, atEpochMs: Date.now() };
      return { revision: await fromPostgres(ctx.steering.makeRevision(settings, act)) };
    }),
  /** Who would be told what else by `start`; changes nothing. */
  startEffect: adminProcedure
    .input(startFields)
    .query(({ ctx, input }) => start(ctx, input, trial.reason, true)),
  /** Gives it to the first ring. */
  start: adminProcedure
    .input(z.strictObject({ start: startFields, reason: reasonSchema, password: passwordSchema }))
    .mutation(async ({ ctx, input: { start: wanted, reason, password } }) => {
      await confirmActor(ctx, "fleetRollout.start", password);
      return await start(ctx, wanted, reason, false);
    }),
  /** Who would be told what else by a step; changes nothing, and is refused where the step would be. */
  stepEffect: adminProcedure
    .input(z.strictObject({ ...stepFields, step: z.enum(steps), force: z.boolean().default(false) }))
    .query(({ ctx, input: { step, ...fields } }) => move(ctx, step, fields, trial.reason, true)),
  /** One ring further; behind the last one it holds for all. */
  advance: adminProcedure
    .input(
      stepInput.extend({
        /** Even where a reached ring is not healthy; needs the password. */
        force: z.boolean().default(false),
        password: passwordSchema.optional(),
      }),
    )
    .mutation(async ({ ctx, input: { reason, password, ...fields } }) => {
      if (fields.force) await confirmActor(ctx, "fleetRollout.advance", password);
      return await move(ctx, "advance", fields, reason);
    }),
  /** Nobody more gets it; who has it keeps it. */
  halt: stepProcedure("halt"),
  /** Goes on after a halt. */
  resume: stepProcedure("resume"),
  /** Everybody goes back to what was before. */
  abort: stepProcedure("abort"),
});
