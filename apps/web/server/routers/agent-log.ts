import { agentIdSchema, mostLogLines } from "@tapline/core/tap";
import { z } from "zod";
import { operatorProcedure, router } from "../trpc/init.ts";
import { actOf, reasonSchema } from "./acting.ts";

/** The last lines of agents' logs, which agents send when they are asked. */
export const agentLogRouter = router({
  /** What an agent is asked for now, and what it told within the hour. */
  show: operatorProcedure
    .input(z.strictObject({ id: agentIdSchema }))
    .query(({ ctx, input }) => ctx.agentLogs.of(input.id)),
  /** Asks an agent; who is not heard of within five minutes is asked no more. */
  ask: operatorProcedure
    .input(
      z.strictObject({ id: agentIdSchema, lines: z.int().min(1).max(mostLogLines), reason: reasonSchema }),
    )
    .mutation(({ ctx, input: { id, lines, reason } }) => ctx.agentLogs.ask(id, lines, actOf(ctx, reason))),
});
