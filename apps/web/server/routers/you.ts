import { z } from "zod";
import { fromPostgres } from "../from-stores.ts";
import { personProcedure, router } from "../trpc/init.ts";
import { peopleActOf } from "./acting.ts";

/** Of nobody else, wherever one sees. */
const ofOneself = personProcedure("viewer").meta({ scope: "site" });

/** What people see and do of their own account here; password and second factor are better-auth's own paths. */
export const youRouter = router({
  show: ofOneself.query(({ ctx: { people, viewer } }) =>
    fromPostgres(people.you(viewer.userId, viewer.sessionId)),
  ),
  /** Ends one of one's own sessions. @returns whether it stood */
  endSession: ofOneself
    .input(z.strictObject({ id: z.string().min(1).max(100) }))
    .mutation(async ({ ctx, input }) => {
      const act = peopleActOf(ctx, "you.endSession", null);
      return (await fromPostgres(ctx.people.endSessions(ctx.viewer.userId, input, act))) > 0;
    }),
  /** @returns how many others stood */
  endOtherSessions: ofOneself.mutation(({ ctx }) => {
    const { userId, sessionId } = ctx.viewer;
    const act = peopleActOf(ctx, "you.endOtherSessions", null);
    return fromPostgres(ctx.people.endSessions(userId, { allBut: sessionId }, act));
  }),
});
