import { alertRuleSchema, maxPreviewMs } from "@tapline/core/alerts";
import { z } from "zod";
import { procedureFor, router } from "../trpc/init.ts";

const dayMs = 24 * 3_600_000;
/** A rule is some hundred characters; lists of sites make it longer. */
const mostCharacters = 8_000;

const previewInput = z.strictObject({
  rule: alertRuleSchema.refine(
    (rule) => JSON.stringify(rule).length <= mostCharacters,
    `a rule has at most ${mostCharacters} characters`,
  ),
  days: z
    .int()
    .min(1)
    .max(maxPreviewMs / dayMs)
    .default(7),
});

export const alertRulesRouter = router({
  /** How often a rule would have fired in the last days, had it been in force; it need not be. */
  preview: procedureFor("operator")
    .input(previewInput)
    .query(({ ctx, input: { rule, days } }) => ctx.alerts.previewer.preview(rule, days * dayMs)),
});
