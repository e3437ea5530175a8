import { ruleKinds } from "@tapline/core/rollout";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { adminProcedure, operatorProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const version = z.int().min(1).max(2_147_483_647);
const asked = {
  kind: z.enum(ruleKinds),
  /** The version whose rules are to come back; null: what was in force before. */
  to: version.nullable().default(null),
  /** The release that whoever asks had before their eyes. */
  seenVersion: version,
};

/** Releases of rules: what validation judges by, alerts are raised and told by, and NoOps decides by. */
export const ruleReleasesRouter = router({
  /** The releases of each kind, and which is in force. */
  board: viewerProcedure.query(({ ctx }) => ctx.ruleReleases.board()),
  /** What going back would change. */
  effect: operatorProcedure
    .input(z.strictObject(asked))
    .query(({ ctx, input: { kind, ...way } }) =>
      ctx.ruleReleases.rollBack(kind, way, { ...actOf(ctx, "a preview"), dryRun: true }),
    ),
  /** Puts rules of before in force again. */
  rollBack: adminProcedure
    .input(z.strictObject({ ...asked, reason: reasonSchema, password: passwordSchema }))
    .mutation(async ({ ctx, input: { kind, reason, password, ...way } }) => {
      await confirmActor(ctx, "ruleReleases.rollBack", password);
      return await ctx.ruleReleases.rollBack(kind, way, actOf(ctx, reason));
    }),
});
