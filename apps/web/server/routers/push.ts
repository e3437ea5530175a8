import { PushGuard } from "@tapline/adapters/channels/guards";
import { pushSubscriptionSchema } from "@tapline/core/alerts";
import { z } from "zod";
import { operatorOf, type Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { personProcedure, router } from "../trpc/init.ts";

const subscribeInput = z.strictObject({
  subscription: pushSubscriptionSchema,
  /** The key that the browser was given for it. */
  serverKey: z.string().max(200),
  /** By which its person knows the browser, as "Firefox on Windows". */
  label: z
    .string()
    .trim()
    .min(1)
    .max(80)
    .regex(/^[^\p{C}]+$/u, "must be printable"),
});

/** What every installation lets browsers name. The role `alerts`, which sends, knows which services are meant, and judges each address. */
const guard = new PushGuard([]);

/** There is nothing to ask for a reason: people do this to a browser of their own. */
const actOf = ({ viewer, traceId }: { viewer: Viewer; traceId: string | null }) => ({
  ...{ actor: operatorOf(viewer), reason: null, traceId },
});

const whose = ({ viewer: { userId, sessionId } }: { viewer: Viewer }) => ({ userId, sessionId });

/** In which browsers whoever is signed in is notified of alerts. Endpoints come in, and never go out. */
export const pushRouter = router({
  /** The key to subscribe with, null where nobody notifies browsers; one's own browsers; the channels that reach them, and all that reach browsers. */
  state: personProcedure("viewer").query(async ({ ctx: { pushes, viewer } }) => {
    const asked = [pushes.key(), pushes.list(viewer.userId), pushes.channelsFor(viewer.email)] as const;
    const [key, browsers, channels] = await fromPostgres(Promise.all(asked));
    return { key, browsers, channels: channels.own, allChannels: channels.all };
  }),
  subscribe: personProcedure("operator")
    .input(subscribeInput)
    .mutation(({ ctx, input }) => {
      guard.assertUrl(new URL(input.subscription.endpoint));
      return fromPostgres(ctx.pushes.add({ ...whose(ctx), ...input }, actOf(ctx)));
    }),
  /** A browser that is notified already carries on: by this session, or at the endpoint that its push service gave it now. */
  renew: personProcedure("operator")
    .input(
      z.strictObject({ subscription: pushSubscriptionSchema, replaces: z.string().regex(/^[0-9a-f]{32}$/) }),
    )
    .mutation(({ ctx, input }) => {
      guard.assertUrl(new URL(input.subscription.endpoint));
      return fromPostgres(ctx.pushes.renew({ ...whose(ctx), ...input }, actOf(ctx)));
    }),
  /** Also for whoever may not act any more. */
  unsubscribe: personProcedure("viewer")
    .input(z.strictObject({ id: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      await fromPostgres(ctx.pushes.remove(ctx.viewer.userId, input.id, actOf(ctx)));
    }),
});
