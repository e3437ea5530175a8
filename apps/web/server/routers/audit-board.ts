import { auditActions } from "@tapline/core/audit";
import { z } from "zod";
import { auditFilterFields, givenOf } from "../audit/filter.ts";
import { router, viewerProcedure } from "../trpc/init.ts";
import { instantSchema } from "./instant.ts";

const place = z
  .int()
  .min(0)
  .max(Number.MAX_SAFE_INTEGER - 1);

const filterSchema = z.strictObject({
  /** Of this time on, and before that one; ms since 1970. */
  sinceEpochMs: instantSchema.optional(),
  untilEpochMs: instantSchema.optional(),
  ...auditFilterFields,
});

const row = z.strictObject({ id: z.uuid(), recordedAtEpochMs: instantSchema });

const fromSchema = z.discriminatedUnion("is", [
  z.strictObject({ is: z.literal("newest") }),
  z.strictObject({ is: z.enum(["older", "newer"]), than: row }),
  z.strictObject({ is: z.literal("time"), epochMs: instantSchema }),
  z.strictObject({ is: z.literal("place"), index: place }),
]);

const entryInput = z.strictObject({ id: z.uuid() });

/** The audit log as the console's page shows it; `audit` has it for programs. */
export const auditBoardRouter = router({
  /** Entries that fit, from anywhere in either direction, newest first. */
  page: viewerProcedure
    .input(z.strictObject({ filter: filterSchema, from: fromSchema }))
    .query(({ ctx, input: { filter, from } }) =>
      ctx.auditViews.page(givenOf(filter), from, ctx.viewer.userId),
    ),
  /** One entry. */
  entry: viewerProcedure.input(entryInput).query(({ ctx, input }) => ctx.auditViews.entry(input.id)),
  /** The names of people, by their ids. */
  names: viewerProcedure
    .input(z.strictObject({ ids: z.array(z.string().max(256)).max(500) }))
    .query(({ ctx, input }) => ctx.auditViews.names(input.ids)),
  /** The last few things that people did; of those who see some sites only, what was done there to agents and alerts. */
  lastActs: viewerProcedure
    .meta({ scope: "site" })
    .query(({ ctx }) => ctx.auditViews.lastActs(ctx.viewer.sites)),
  /** What can be recorded, and the kinds of it. */
  actions: viewerProcedure.query(() => [
    ...new Set(auditActions.flatMap((action) => [action.slice(0, action.indexOf(".")), action])),
  ]),
  /** How far the log has come, with its newest checkpoints. */
  log: viewerProcedure.query(({ ctx }) => ctx.auditViews.log()),
  /** That the log of `to` entries begins with that of `from` (RFC 9162 §2.1.4): for whoever has both checkpoints. */
  growth: viewerProcedure
    .input(z.strictObject({ from: place, to: place }))
    .query(({ ctx, input: { from, to } }) => ctx.auditViews.growth(from, to)),
  /** The proof of one entry (C2SP tlog-proof). */
  proof: viewerProcedure.input(entryInput).query(({ ctx, input }) => ctx.auditViews.proof(input.id)),
  /** What an export of these entries would come to; `/api/audit/export` writes it. */
  exportPlan: viewerProcedure
    .input(z.strictObject({ filter: filterSchema, range: z.tuple([place, place]).nullish() }))
    .query(({ ctx, input: { filter, range } }) =>
      ctx.auditViews.exportPlan(
        givenOf(filter),
        range == null ? null : { start: range[0], end: range[1] + 1 },
        ctx.viewer.userId,
      ),
    ),
});
