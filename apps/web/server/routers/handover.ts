import { z } from "zod";
import { mostNote } from "../../contracts/handover.ts";
import { passwordSchema } from "../auth/password.ts";
import { personProcedure, type RequestContext, router, viewerProcedure } from "../trpc/init.ts";
import { confirmActor, reasonSchema } from "./acting.ts";

/** Two people hand over: a token is none, and would let whoever made it be both. */
const handingOver = personProcedure("operator");

const noteSchema = z.string().trim().max(mostNote);
const listInput = z
  .strictObject({
    /** `next` of the page before. */
    cursor: z.uuid().nullish(),
    /** The query library says so of each page; there is no other. */
    direction: z.literal("forward").optional(),
    limit: z.int().min(1).max(50).default(20),
  })
  .prefault({});

const byOf = ({ viewer, traceId }: { viewer: { userId: string } } & Pick<RequestContext, "traceId">) => ({
  ...{ userId: viewer.userId, traceId },
});

/** Shifts, handed over by one person and taken over by another. */
export const handoverRouter = router({
  /** How everything stands, what was done in the shift, and the handover that waits for its signature. */
  now: viewerProcedure.query(({ ctx }) => ctx.handovers.now()),
  /** The one submitted last first. */
  list: viewerProcedure
    .input(listInput)
    .query(({ ctx, input: { cursor, limit } }) => ctx.handovers.list(limit, cursor ?? null)),
  /** Hands over what stands at this moment; it waits for the signature of somebody else. */
  submit: handingOver
    .input(z.strictObject({ note: noteSchema }))
    .mutation(({ ctx, input: { note } }) => ctx.handovers.submit(note, byOf(ctx))),
  /** Takes over; refused to who handed over. */
  sign: handingOver
    .input(z.strictObject({ id: z.uuid(), note: noteSchema.nullable(), password: passwordSchema }))
    .mutation(async ({ ctx, input: { id, note, password } }) => {
      await confirmActor(ctx, "handover.sign", password);
      return await ctx.handovers.sign(id, note, byOf(ctx));
    }),
  /** Takes one back that nobody has signed. */
  withdraw: handingOver
    .input(z.strictObject({ id: z.uuid(), reason: reasonSchema }))
    .mutation(({ ctx, input: { id, reason } }) => ctx.handovers.withdraw(id, reason, byOf(ctx))),
});
