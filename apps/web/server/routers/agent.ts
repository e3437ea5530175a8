import { agentIdSchema } from "@tapline/core/tap";
import { siteSchema } from "@tapline/core/transfer";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

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
  /** Where it stands; null leaves it where it is. */
  site: siteSchema.nullable().default(null),
  reason: reasonSchema,
  /** Needed where the agent is known: the token's machine takes its place, and undoes a revocation. */
  password: passwordSchema.optional(),
});

const revokeInput = z.strictObject({
  id: agentIdSchema,
  reason: reasonSchema,
  /** Also one that is not listed. */
  unlisted: z.boolean().default(false),
  password: passwordSchema,
});

export const agentRouter = router({
  list: viewerProcedure.query(({ ctx }) => fromPostgres(ctx.registry.directory.list())),
  /** A one-time token, shown this once, and where its agent reaches the door; null: not known here. */
  createToken: adminProcedure.input(tokenInput).mutation(async ({ ctx, input }) => {
    const { id: agent, ring, site, ttlMs, reason, password } = input;
    const isKnown = await fromPostgres(ctx.registry.directory.isKnown(agent));
    if (isKnown) await confirmActor(ctx, "agent.createToken", password);
    const wish = { agent, ring, site, ttlMs, pin: ctx.registry.pin() };
    const made = await fromPostgres(ctx.registry.agents.createToken(wish, actOf(ctx, reason)));
    return { ...made, serverUrl: ctx.registry.doorUrl };
  }),
  revoke: adminProcedure.input(revokeInput).mutation(async ({ ctx, input }) => {
    const { id, reason, unlisted, password } = input;
    await confirmActor(ctx, "agent.revoke", password);
    await fromPostgres(ctx.registry.agents.revoke(id, actOf(ctx, reason), unlisted));
  }),
});
