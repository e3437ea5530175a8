import { releaseContentSchema, releasedServiceSchema, shiftPlanSchema } from "@tapline/core/rollout";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { adminProcedure, operatorProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const id = z.int().min(1).max(2_147_483_647);
/** What is left out is as in the usual plan. */
const plan = shiftPlanSchema
  .pick({ steps: true, windowMs: true, keepMs: true })
  .partial()
  .transform((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
const verb = z.enum(["advance", "promote", "rollBack"]);
const acting = { reason: reasonSchema, password: passwordSchema };
/** Why a preview is no act: nothing is kept of it. */
const previewed = "a preview";

/** Releases of services: blue and green side by side, and the way from one to the other and back. */
export const releasesRouter = router({
  board: viewerProcedure.query(({ ctx }) => ctx.releases.board()),
  /** Shifts that were and are, newest first. */
  shifts: viewerProcedure
    .input(
      z.strictObject({
        service: releasedServiceSchema.optional(),
        cursor: id.nullable().default(null),
        // What lists of pages send along.
        direction: z.literal("forward").optional(),
      }),
    )
    .query(({ ctx, input: { service, cursor } }) => ctx.releases.shifts(service, cursor)),
  /** What beginning a shift would do. */
  shiftEffect: adminProcedure
    .input(z.strictObject({ release: id, plan }))
    .query(({ ctx, input: { release, plan } }) =>
      ctx.releases.shift(release, plan, { ...actOf(ctx, previewed), dryRun: true }),
    ),
  /** What a step of the shift under way, or the way back, would do. */
  effect: operatorProcedure
    .input(z.strictObject({ service: releasedServiceSchema, verb }))
    .query(({ ctx, input: { service, verb } }) =>
      ctx.releases.steer(verb, service, { ...actOf(ctx, previewed), dryRun: true }),
    ),
  make: adminProcedure
    .input(z.strictObject({ content: releaseContentSchema, ...acting }))
    .mutation(async ({ ctx, input: { content, reason, password } }) => {
      await confirmActor(ctx, "releases.make", password);
      return await ctx.releases.make(content, { ...actOf(ctx, reason), dryRun: false });
    }),
  /** Begins to lead a service to a release. */
  shift: adminProcedure
    .input(z.strictObject({ release: id, plan, ...acting }))
    .mutation(async ({ ctx, input: { release, plan, reason, password } }) => {
      await confirmActor(ctx, "releases.shift", password);
      return await ctx.releases.shift(release, plan, { ...actOf(ctx, reason), dryRun: false });
    }),
  /** One share further, or to the end, without waiting for the evidence. */
  steer: adminProcedure
    .input(
      z.strictObject({
        service: releasedServiceSchema,
        verb: verb.exclude(["rollBack"]),
        ...acting,
      }),
    )
    .mutation(async ({ ctx, input: { service, verb, reason, password } }) => {
      await confirmActor(ctx, "releases.steer", password);
      return await ctx.releases.steer(verb, service, { ...actOf(ctx, reason), dryRun: false });
    }),
  /** Back to what ran before. */
  rollBack: operatorProcedure
    .input(z.strictObject({ service: releasedServiceSchema, ...acting }))
    .mutation(async ({ ctx, input: { service, reason, password } }) => {
      await confirmActor(ctx, "releases.rollBack", password);
      return await ctx.releases.steer("rollBack", service, { ...actOf(ctx, reason), dryRun: false });
    }),
});
