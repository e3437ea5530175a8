import { agentIdSchema } from "@tapline/core/tap";
import { z } from "zod";
import { router, viewerProcedure } from "../trpc/init.ts";

const ofSites = viewerProcedure.meta({ scope: "site" });

/** Agents as the console's pages show them; `agent` and `fleet` have what is done to them. */
export const agentBoardRouter = router({
  /** All agents, by id, with what they last reported. */
  list: ofSites.query(({ ctx }) => ctx.agentViews.list(ctx.viewer.sites)),
  /** How many agents may deliver and were there once, and how many of them are online. */
  count: ofSites.query(({ ctx }) => ctx.agentViews.count(ctx.viewer.sites)),
  /** One agent, its open gaps, and what the audit log has of it. */
  detail: ofSites
    .input(z.strictObject({ id: agentIdSchema }))
    .query(({ ctx, input }) => ctx.agentViews.detail(input.id, ctx.viewer.sites)),
});
