import { z } from "zod";
import { auditFilterFields, givenOf } from "../audit/filter.ts";
import { fromPostgres } from "../from-stores.ts";
import { router, viewerProcedure } from "../trpc/init.ts";
import { instantSchema } from "./instant.ts";

const listInput = z
  .strictObject({
    /** Of this time on, and before that one; ms since 1970. */
    sinceEpochMs: instantSchema.optional(),
    untilEpochMs: instantSchema.optional(),
    ...auditFilterFields,
    /** `next` of the page before. */
    cursor: z.string().max(64).nullish(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});

export const auditRouter = router({
  /** Entries of the audit log, newest first; `next` asks for more, null = that was all. */
  list: viewerProcedure.input(listInput).query(({ ctx, input: { cursor, limit, ...filter } }) => {
    return fromPostgres(ctx.audit.page(givenOf(filter), limit, cursor ?? null, ctx.viewer.userId));
  }),
});
