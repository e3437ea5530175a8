import { agentIdSchema } from "@tapline/core/tap";
import { segmentIdSchema, siteSchema } from "@tapline/core/transfer";
import { z } from "zod";
import { segmentShows } from "../../contracts/archive.ts";
import { router, viewerProcedure } from "../trpc/init.ts";

/** `next` of the page before; the query library says of each page that it goes forward. */
const paging = {
  cursor: z.string().max(300).nullish(),
  direction: z.literal("forward").optional(),
  limit: z.int().min(1).max(200).default(50),
};

const segmentsInput = z
  .strictObject({
    state: z.enum(segmentShows).default("all"),
    site: siteSchema.nullable().default(null),
    /** Archive that holds it. */
    target: z.string().max(32).nullable().default(null),
    /** Part of the object's address. */
    text: z.string().max(200).nullable().default(null),
    ...paging,
  })
  .prefault({});

const refusedFilter = {
  reason: z.string().max(50).optional(),
  agent: agentIdSchema.optional(),
  site: siteSchema.optional(),
};

/** The archive as the console's page shows it; `archive` has what is done about it. */
export const archiveBoardRouter = router({
  /** Which archives there are and how each stands, and when a segment counts. */
  overview: viewerProcedure.query(({ ctx }) => ctx.archiveViews.overview()),
  /** Segments of the index, newest first; `next` asks for more, null = that was all. A page may be empty and have more behind it. */
  segments: viewerProcedure
    .input(segmentsInput)
    .query(({ ctx, input: { cursor, limit, direction: _, ...filter } }) =>
      ctx.archiveViews.segments(filter, limit, cursor ?? null),
    ),
  /** One segment: its copies, keys, runs, attempts, drills, what holds it, and what the audit log has of it. */
  segment: viewerProcedure
    .input(z.strictObject({ id: segmentIdSchema }))
    .query(({ ctx, input }) => ctx.archiveViews.segment(input.id)),
  /** Segments on their way to the archive, the oldest first. */
  underWay: viewerProcedure.query(({ ctx }) => ctx.archiveViews.underWay()),
  /** Refused taps, newest first, without their content. */
  refused: viewerProcedure
    .input(z.strictObject({ ...refusedFilter, ...paging }).prefault({}))
    .query(({ ctx, input: { cursor, limit, direction: _, ...filter } }) =>
      ctx.archiveViews.refused(filter, limit, cursor ?? null),
    ),
  /** How many of them there are, by reason. */
  reasons: viewerProcedure
    .input(z.strictObject(refusedFilter).prefault({}))
    .query(({ ctx, input }) => ctx.archiveViews.reasons(input)),
  /** What was asked of the workers, the last first. */
  tasks: viewerProcedure.query(({ ctx }) => ctx.archiveViews.tasks()),
  /** One of these, and what came of it. */
  task: viewerProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx, input }) => ctx.archiveViews.task(input.id)),
  /** Holds with what they guard, and what expired. */
  holds: viewerProcedure.query(({ ctx }) => ctx.archiveViews.holds()),
});
