import { keyChangeSchema, keyRoles, keyVerbs } from "@tapline/core/encryption";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { adminProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const standSchema = z.string().min(1).max(64);
const certPem = z.string().min(1).max(32_768);

const wishSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.enum(keyVerbs), key: z.string().min(1).max(64) }),
  z.strictObject({ do: z.enum(["add", "rotate"]), role: z.enum(keyRoles), certPem }),
  z.strictObject({ do: z.literal("rule"), twoPersons: z.boolean() }),
  z.strictObject({ do: z.literal("approve"), request: z.uuid() }),
]);

/** The ring of archive keys. What is done to it is done by the stand of the ring that was looked at. */
export const keysRouter = router({
  board: viewerProcedure.query(({ ctx }) => ctx.keys.board(ctx.viewer.userId)),
  /** What a change would do. It changes nothing: a mutation, so that what is given stands in no address. */
  preview: adminProcedure.input(wishSchema).mutation(({ ctx, input }) => ctx.keys.preview(input)),
  /** Makes the change, or asks a second person where the rule wants one. */
  change: adminProcedure
    .input(
      z.strictObject({
        change: keyChangeSchema,
        stand: standSchema,
        reason: reasonSchema,
        password: passwordSchema,
      }),
    )
    .mutation(async ({ ctx, input: { change, stand, reason, password } }) => {
      await confirmActor(ctx, "keys.change", password);
      return await ctx.keys.change(change, stand, actOf(ctx, reason));
    }),
  /** Makes what another person asked for. */
  approve: adminProcedure
    .input(
      z.strictObject({ id: z.uuid(), stand: standSchema, reason: reasonSchema, password: passwordSchema }),
    )
    .mutation(async ({ ctx, input: { id, stand, reason, password } }) => {
      await confirmActor(ctx, "keys.approve", password);
      await ctx.keys.approve(id, stand, actOf(ctx, reason));
    }),
  /** Ends a request without the change. */
  cancel: adminProcedure
    .input(z.strictObject({ id: z.uuid(), reason: reasonSchema }))
    .mutation(async ({ ctx, input: { id, reason } }) => {
      await ctx.keys.cancel(id, actOf(ctx, reason));
    }),
});
