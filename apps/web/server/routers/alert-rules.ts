import { alertRuleSchema, maxPreviewMs } from "@tapline/core/alerts";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { adminProcedure, operatorProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const dayMs = 24 * 3_600_000;
/** A rule is some hundred characters; lists of sites make it longer. */
const mostCharacters = 8_000;
const isShort = (rule: unknown) => JSON.stringify(rule).length <= mostCharacters;
const tooLong = `a rule has at most ${mostCharacters} characters`;

const previewInput = z.strictObject({
  rule: alertRuleSchema.refine(isShort, tooLong),
  days: z
    .int()
    .min(1)
    .max(maxPreviewMs / dayMs)
    .default(7),
});

/** A rule as somebody has written it: what is wrong with it is told by place. */
const written = {
  /** Of the rule in force whose place it takes. */
  id: z.string().min(1).max(60),
  rule: z.looseObject({}).refine(isShort, tooLong),
};
const releasing = {
  /** The release that whoever asks had before their eyes. */
  seenVersion: z.int().min(1),
  ...{ reason: reasonSchema, password: passwordSchema },
};

export const alertRulesRouter = router({
  /** The rules in force, and the releases that led to them. */
  board: viewerProcedure.query(({ ctx }) => ctx.alerts.editor.board()),
  /** How often a rule would have fired in the last days, had it been in force; it need not be. */
  preview: operatorProcedure
    .input(previewInput)
    .query(({ ctx, input: { rule, days }, signal }) =>
      ctx.alerts.previewer.preview(rule, days * dayMs, signal),
    ),
  /** What a changed rule would change, and what is wrong with it. */
  plan: operatorProcedure
    .input(z.strictObject(written))
    .query(({ ctx, input: { id, rule } }) => ctx.alerts.editor.plan(id, rule)),
  /** Puts one rule in force otherwise than it was, as a new release. @returns its version */
  release: adminProcedure
    .input(z.strictObject({ ...written, ...releasing }))
    .mutation(async ({ ctx, input: { id, rule, seenVersion, reason, password } }) => {
      await confirmActor(ctx, "alertRules.release", password);
      return await ctx.alerts.editor.apply(id, rule, seenVersion, actOf(ctx, reason));
    }),
});
