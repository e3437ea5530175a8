import { agentIdSchema, mostLogLines } from "@tapline/core/tap";
import { z } from "zod";
import { operatorProcedure, router } from "../trpc/init.ts";
import { actOf, reasonSchema } from "./acting.ts";

const ofSites = operatorProcedure.meta({ scope: "site" });

/** The last lines of agents' logs, which agents send when they are asked. */
export const agentLogRouter = router({
  /** What an agent is asked for now, and what it told within the hour. */
  show: ofSites.input(z.strictObject({ id: agentIdSchema })).query(async ({ ctx, input: { id } }) => {
    await ctx.agentViews.mustSee(id, ctx.viewer.sites);
    return await ctx.agentLogs.of(id);
  }),
  /** Asks an agent; who is not heard of within five minutes is asked no more. */
  ask: ofSites
    .input(
      z.strictObject({ id: agentIdSchema, lines: z.int().min(1).max(mostLogLines), reason: reasonSchema }),
    )
    .mutation(async ({ ctx, input: { id, lines, reason } }) => {
      await ctx.agentViews.mustSee(id, ctx.viewer.sites);
      await ctx.agentLogs.ask(id, lines, actOf(ctx, reason));
    }),
});
