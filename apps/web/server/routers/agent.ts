import { agentIdSchema } from "@tapline/core/tap";
import { z } from "zod";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, reasonSchema } from "./acting.ts";

const dayMs = 24 * 3_600_000;

const tokenInput = z.strictObject({
  id: agentIdSchema,
  ttlMs: z
    .int()
    .min(60_000)
    .max(30 * dayMs)
    .default(3_600_000),
  /** Ring of roll-outs; null leaves the agent where it is. */
  ring: z.int().min(0).max(1_000).nullable().default(null),
  reason: reasonSchema,
});

const revokeInput = z.strictObject({
  id: agentIdSchema,
  reason: reasonSchema,
  /** Also one that is not listed. */
  unlisted: z.boolean().default(false),
});

export const agentRouter = router({
  list: viewerProcedure.query(({ ctx }) => fromPostgres(ctx.registry.directory.list())),
  /** A one-time token; it is shown this once. */
  createToken: adminProcedure.input(tokenInput).mutation(({ ctx, input }) => {
    const { id: agent, ring, ttlMs, reason } = input;
    const wish = { agent, ring, ttlMs, pin: ctx.registry.pin() };
    return fromPostgres(ctx.registry.agents.createToken(wish, actOf(ctx, reason)));
  }),
  revoke: adminProcedure.input(revokeInput).mutation(async ({ ctx, input }) => {
    const { id, reason, unlisted } = input;
    await fromPostgres(ctx.registry.agents.revoke(id, actOf(ctx, reason), unlisted));
  }),
});
