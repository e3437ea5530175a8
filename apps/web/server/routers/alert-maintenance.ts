import { z } from "zod";
import { operatorProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, reasonSchema } from "./acting.ts";

const startInput = z.strictObject({
  /** Without any: alerts of all sites, and of none. */
  sites: z.array(z.string().trim().min(1).max(100)).max(1_000).default([]),
  /** Ids of rules; without any: all. */
  rules: z.array(z.string().trim().min(1).max(60)).max(1_000).default([]),
  /** In the next 7 days. */
  endsAtEpochMs: z.int(),
  reason: reasonSchema,
});

/** Times in which alerts are shown, and told to nobody. */
export const alertMaintenanceRouter = router({
  /** Those that are on, or all; the newest first, at most 1,000. */
  list: viewerProcedure
    .input(z.strictObject({ which: z.enum(["on", "all"]).default("on") }).prefault({}))
    .query(({ ctx, input }) => ctx.alerts.channels.maintenance(input.which)),
  /** Begins now. */
  start: operatorProcedure.input(startInput).mutation(async ({ ctx, input: { reason, ...wanted } }) => {
    const [started] = await ctx.alerts.channels.startMaintenance(wanted, actOf(ctx, reason));
    return started;
  }),
  /** Ends one before its time: what still calls is told at once. */
  end: operatorProcedure
    .input(z.strictObject({ id: z.uuid(), reason: reasonSchema }))
    .mutation(({ ctx, input: { id, reason } }) => ctx.alerts.channels.endMaintenance(id, actOf(ctx, reason))),
});
