import { foretoldServices } from "@tapline/core/balance";
import { decisionStates, noopsRuleSchema, ruleModes } from "@tapline/core/noops";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { adminProcedure, operatorProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const dayMs = 24 * 3_600_000;
const ruleId = noopsRuleSchema.shape.id;
const why = { reason: reasonSchema };
const one = z.strictObject({ id: z.uuid(), ...why });
const guarded = z.strictObject({ id: z.uuid(), ...why, password: passwordSchema });

const listInput = z.strictObject({
  states: z.array(z.enum(decisionStates)).min(1).max(decisionStates.length).optional(),
  rule: ruleId.optional(),
  target: z.string().max(255).optional(),
  cursor: z.uuid().nullable().default(null),
  // What lists of pages send along.
  direction: z.literal("forward").optional(),
});

/** What looks after the installation by itself: its decisions, and how people let it, stop it and take it back. */
export const noopsRouter = router({
  board: viewerProcedure.query(({ ctx }) => ctx.noops.board()),
  /** Decisions, newest first, 50 at a time. */
  decisions: viewerProcedure.input(listInput).query(({ ctx, input: { states, rule, target, cursor } }) =>
    ctx.noops.decisions(
      {
        ...(states === undefined ? {} : { states }),
        ...(rule === undefined ? {} : { ruleId: rule }),
        ...(target === undefined ? {} : { target }),
      },
      cursor,
    ),
  ),
  decision: viewerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx, input: { id } }) => ctx.noops.decision(id)),
  /** What had been foretold of a service's load beside what came, by the minute of the last 24 h. */
  forecasts: viewerProcedure
    .input(z.strictObject({ service: z.enum(foretoldServices) }))
    .query(({ ctx, input: { service } }) => ctx.noops.forecasts(service)),
  /** In words, what taking a decision back would do. */
  undoEffect: operatorProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx, input: { id } }) => ctx.noops.undoEffect(id, actOf(ctx, "a preview"))),
  /** Lets a decision act that waits for a person. */
  approve: operatorProcedure.input(guarded).mutation(async ({ ctx, input: { id, reason, password } }) => {
    await confirmActor(ctx, "noops.approve", password);
    return await ctx.noops.answer(id, "approve", actOf(ctx, reason));
  }),
  deny: operatorProcedure
    .input(one)
    .mutation(({ ctx, input: { id, reason } }) => ctx.noops.answer(id, "deny", actOf(ctx, reason))),
  /** Asks for what a decision did to be taken back. @returns the decision that does */
  undo: operatorProcedure.input(guarded).mutation(async ({ ctx, input: { id, reason, password } }) => {
    await confirmActor(ctx, "noops.undo", password);
    return await ctx.noops.answer(id, "undo", actOf(ctx, reason));
  }),
  /** Whether a rule acts by itself, asks, or only says what it would do. */
  setMode: adminProcedure
    .input(
      z.strictObject({
        rule: ruleId,
        mode: z.enum([...ruleModes, "as-written"]),
        ...why,
        password: passwordSchema,
      }),
    )
    .mutation(async ({ ctx, input: { rule, mode, reason, password } }) => {
      await confirmActor(ctx, "noops.setMode", password);
      await ctx.noops.setMode(rule, mode, actOf(ctx, reason));
    }),
  /** Holds all acts, or those that make something smaller; for so long, or until resumed. */
  pause: operatorProcedure
    .input(
      z.strictObject({
        pauses: z.enum(["all", "down"]),
        forMs: z
          .int()
          .min(60_000)
          .max(7 * dayMs)
          .nullable(),
        ...why,
      }),
    )
    .mutation(({ ctx, input: { pauses, forMs, reason } }) =>
      ctx.noops.pause(pauses, forMs, actOf(ctx, reason)),
    ),
  resume: operatorProcedure
    .input(z.strictObject({ ...why, password: passwordSchema }))
    .mutation(async ({ ctx, input: { reason, password } }) => {
      await confirmActor(ctx, "noops.resume", password);
      await ctx.noops.turn("resume", actOf(ctx, reason));
    }),
  /** The big red stop. It asks for no password: who has to stop it has no time. */
  kill: operatorProcedure
    .input(z.strictObject(why))
    .mutation(({ ctx, input: { reason } }) => ctx.noops.turn("kill", actOf(ctx, reason))),
  revive: adminProcedure
    .input(z.strictObject({ ...why, password: passwordSchema }))
    .mutation(async ({ ctx, input: { reason, password } }) => {
      await confirmActor(ctx, "noops.revive", password);
      await ctx.noops.turn("revive", actOf(ctx, reason));
    }),
});
