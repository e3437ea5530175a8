import { z } from "zod";
import { tokenRoles } from "../../contracts/api-tokens.ts";
import { passwordSchema } from "../auth/password.ts";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, router } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema, sitesSchema } from "./acting.ts";

const dayMs = 24 * 3_600_000;

const createInput = z.strictObject({
  name: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^[^\p{C}]+$/u, "must be printable"),
  role: z.enum(tokenRoles),
  /** `null`: the whole installation. */
  sites: sitesSchema
    .refine((sites) => sites?.length !== 0, "name a site; null is the whole installation")
    .default(null),
  ttlMs: z
    .int()
    .min(3_600_000)
    .max(366 * dayMs),
  reason: reasonSchema,
  password: passwordSchema,
});

const revokeInput = z.strictObject({ id: z.string().min(1).max(100), reason: reasonSchema });

/** Tokens by which programs ask what people ask by their session; no token makes or ends another one. */
export const apiTokensRouter = router({
  list: adminProcedure.query(({ ctx }) => fromPostgres(ctx.apiTokens.list())),
  /** A token, shown this once. */
  create: adminProcedure.input(createInput).mutation(async ({ ctx, input }) => {
    const { reason, password, ...wish } = input;
    await confirmActor(ctx, "apiTokens.create", password);
    return fromPostgres(ctx.apiTokens.create(wish, actOf(ctx, reason)));
  }),
  revoke: adminProcedure
    .input(revokeInput)
    .mutation(({ ctx, input }) => fromPostgres(ctx.apiTokens.revoke(input.id, actOf(ctx, input.reason)))),
});
