import { agentIdSchema } from "@tapline/core/tap";
import { z } from "zod";
import { router, viewerProcedure } from "../trpc/init.ts";

/** Agents as the console's pages show them; `agent` and `fleet` have what is done to them. */
export const agentBoardRouter = router({
  /** All agents, by id, with what they last reported. */
  list: viewerProcedure.query(({ ctx }) => ctx.agentViews.list()),
  /** How many agents may deliver and were there once, and how many of them are online. */
  count: viewerProcedure.query(({ ctx }) => ctx.agentViews.count()),
  /** One agent, its open gaps, and what the audit log has of it. */
  detail: viewerProcedure
    .input(z.strictObject({ id: agentIdSchema }))
    .query(({ ctx, input }) => ctx.agentViews.detail(input.id)),
});
