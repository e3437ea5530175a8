import { kpiCatalog, kpiIds, kpiScopeSchema } from "@tapline/core/kpi";
import { z } from "zod";
import { requireWhole } from "../auth/viewer.ts";
import { router, viewerProcedure } from "../trpc/init.ts";
import { instantSchema } from "./instant.ts";

const hourMs = 3_600_000;

const historyInput = z
  .strictObject({
    spanMs: z
      .int()
      .min(10_000)
      .max(24 * hourMs)
      .default(hourMs),
    buckets: z.int().min(1).max(1440).default(360),
  })
  .prefault({});

const mostPoints = 1_500;

const seriesInput = z
  .strictObject({
    kpi: z.enum(kpiIds),
    scope: kpiScopeSchema.prefault({}),
    resolutionMs: z.union([z.literal(1_000), z.literal(60_000), z.literal(hourMs)]),
    fromEpochMs: instantSchema,
    untilEpochMs: instantSchema,
  })
  .refine(
    ({ fromEpochMs, untilEpochMs, resolutionMs }) => untilEpochMs - fromEpochMs <= mostPoints * resolutionMs,
    `a series has at most ${mostPoints} points: ask for a shorter span or a coarser resolution`,
  );

export const kpiRouter = router({
  /** Every KPI there is, with its unit and meaning. */
  catalog: viewerProcedure.query(() => kpiIds.map((id) => ({ id, ...kpiCatalog[id] }))),
  /**
   * What one KPI was, span by span, for one scope; spans in which nothing is known are left out or null. Those who see some sites only
   * ask for scopes that name one of them.
   */
  series: viewerProcedure
    .meta({ scope: "site" })
    .input(seriesInput)
    .query(({ ctx, input }) => {
      const { site } = input.scope;
      if (site === undefined || ctx.viewer.sites?.includes(site) !== true) requireWhole(ctx.viewer);
      return ctx.kpi.series(input);
    }),
  /** The newest live picture, or `null` where none was ever published. */
  live: viewerProcedure.query(({ ctx }) => ctx.kpi.live()),
  /** The look back; default: the last hour in buckets of ten seconds. */
  history: viewerProcedure.input(historyInput).query(({ ctx, input }) => ctx.kpi.history(input)),
});
