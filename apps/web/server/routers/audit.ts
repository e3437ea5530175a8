import { z } from "zod";
import { fromPostgres } from "../from-stores.ts";
import { router, viewerProcedure } from "../trpc/init.ts";

const word = z.string().min(1).max(256);
const time = z.int().min(0).max(8_640_000_000_000_000);

const listInput = z
  .strictObject({
    /** Of this time on, and before that one; ms since 1970. */
    sinceEpochMs: time.optional(),
    untilEpochMs: time.optional(),
    /** An action, as key.changed, or a kind of them, as key. */
    action: word.optional(),
    /** An operator's, agent's, job's or rule's id. */
    actorId: word.optional(),
    /** A subject, as segment/<id>, or a kind of them, as segment. */
    subject: word.optional(),
    /** Stands anywhere in the entry. */
    text: word.optional(),
    /** `next` of the page before. */
    cursor: z.string().max(64).nullish(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});

export const auditRouter = router({
  /** Entries of the audit log, newest first; `next` asks for more, null = that was all. */
  list: viewerProcedure.input(listInput).query(({ ctx, input: { cursor, limit, ...filter } }) => {
    const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
    return fromPostgres(ctx.audit.page(given, limit, cursor ?? null));
  }),
});
