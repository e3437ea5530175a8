import { z } from "zod";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, reasonSchema } from "./acting.ts";

const idSchema = z.string().regex(/^[0-9a-f]{16}$/, "must be 16 lower-case hexadecimal digits");

const listInput = z.strictObject({ after: z.string().max(16).default("") }).prefault({});

const enrolInput = z.strictObject({
  id: idSchema,
  publicKey: z.string().regex(/^[0-9a-f]{64}$/, "must be an Ed25519 key in 64 hexadecimal digits"),
  reason: reasonSchema,
});

export const trackerRouter = router({
  /** Trackers by id, at most 10,000, after `after`. */
  list: viewerProcedure
    .input(listInput)
    .query(({ ctx, input }) => fromPostgres(ctx.registry.trackers.list(input.after))),
  /** @returns the key's id */
  enrol: adminProcedure.input(enrolInput).mutation(({ ctx, input }) => {
    const tracker = { id: input.id, publicKey: Buffer.from(input.publicKey, "hex") };
    return fromPostgres(ctx.registry.trackers.enrol(tracker, actOf(ctx, input.reason)));
  }),
  revoke: adminProcedure
    .input(z.strictObject({ id: idSchema, reason: reasonSchema }))
    .mutation(async ({ ctx, input }) => {
      await fromPostgres(ctx.registry.trackers.revoke(input.id, actOf(ctx, input.reason)));
    }),
});
