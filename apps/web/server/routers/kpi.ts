import { z } from "zod";
import { router, viewerProcedure } from "../trpc/init.ts";

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

export const kpiRouter = router({
  /** The newest live picture, or `null` where none was ever published. */
  live: viewerProcedure.query(({ ctx }) => ctx.kpi.live()),
  /** The look back; default: the last hour in buckets of ten seconds. */
  history: viewerProcedure.input(historyInput).query(({ ctx, input }) => ctx.kpi.history(input)),
});
