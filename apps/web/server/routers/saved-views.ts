import { z } from "zod";
import { operatorOf, type Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { personProcedure, router } from "../trpc/init.ts";

const nameSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[^\p{C}]+$/u, "must be printable");

const viewSchema = z.strictObject({
  name: nameSchema,
  /** Of this console alone: an address that leads elsewhere begins with two strokes, or has a colon. */
  path: z
    .string()
    .max(100)
    .regex(/^\/(?:[a-z0-9-]+(?:\/[a-z0-9-]+)*)?$/, "must be the path of a page"),
  search: z
    .string()
    .max(1_000)
    .regex(/^(?:\?[!-~]+)?$/, "must be what stands behind the path"),
});

/** There is nothing to ask for a reason: people do this to what is theirs alone. */
const actOf = ({ viewer, traceId }: { viewer: Viewer; traceId: string | null }) => ({
  ...{ actor: operatorOf(viewer), reason: null, traceId },
});

/** Of nobody else, wherever one sees. */
const ofOneself = personProcedure("viewer").meta({ scope: "site" });

/** Views of pages that whoever is signed in keeps; nobody sees those of others. */
export const savedViewsRouter = router({
  list: ofOneself.query(({ ctx }) => fromPostgres(ctx.savedViews.list(ctx.viewer.userId))),
  /** In place of the one that is called so, where there is one. */
  save: ofOneself
    .input(viewSchema)
    .mutation(({ ctx, input }) => fromPostgres(ctx.savedViews.save(ctx.viewer.userId, input, actOf(ctx)))),
  rename: ofOneself
    .input(z.strictObject({ id: z.uuid(), name: nameSchema }))
    .mutation(({ ctx, input }) =>
      fromPostgres(ctx.savedViews.rename(ctx.viewer.userId, input.id, input.name, actOf(ctx))),
    ),
  remove: ofOneself.input(z.strictObject({ id: z.uuid() })).mutation(async ({ ctx, input }) => {
    await fromPostgres(ctx.savedViews.remove(ctx.viewer.userId, input.id, actOf(ctx)));
  }),
});
