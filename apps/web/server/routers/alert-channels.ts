import { z } from "zod";
import { deliveryStates } from "../../contracts/alert-channels.ts";
import { operatorProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, reasonSchema } from "./acting.ts";

const channelName = z.string().min(1).max(60);

const deliveriesInput = z
  .strictObject({
    channel: channelName.optional(),
    state: z.enum(deliveryStates).optional(),
    alertId: z.uuid().optional(),
    /** `next` of the page before. */
    cursor: z.string().max(200).nullish(),
    /** The query library says so of each page; there is no other. */
    direction: z.literal("forward").optional(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});

/** How alerts reach people beside the console. */
export const alertChannelsRouter = router({
  /** The channels in force and how they fare; no secrets, and nobody's address. */
  list: viewerProcedure.query(({ ctx }) => ctx.alerts.channels.list()),
  /** What was told to whom, when, and why not, the newest first; `next` asks for more, null = that was all. */
  deliveries: viewerProcedure
    .input(deliveriesInput)
    .query(({ ctx, input: { cursor, limit, direction: _, ...filter } }) =>
      ctx.alerts.channels.deliveries(filter, limit, cursor ?? null),
    ),
  /** Has the role alerts send a test by a channel. Answers with how that stands once it was tried, or after 15 s. */
  test: operatorProcedure
    .input(z.strictObject({ name: channelName, reason: reasonSchema }))
    .mutation(({ ctx, input: { name, reason } }) => ctx.alerts.channels.test(name, actOf(ctx, reason))),
});
