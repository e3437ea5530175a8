import { z } from "zod";
import { type PeopleView, roleNames } from "../../contracts/people.ts";
import { passwordSchema } from "../auth/password.ts";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, router } from "../trpc/init.ts";
import { actOf, confirmActor, peopleActOf, reasonSchema, sitesSchema } from "./acting.ts";

const dayMs = 24 * 3_600_000;
const id = z.string().min(1).max(100);
const guarded = { reason: reasonSchema, password: passwordSchema };
const onPerson = z.strictObject({ id, ...guarded });
const invitationInput = z.strictObject({
  email: z.email().max(254).toLowerCase(),
  name: z.string().trim().min(1).max(80),
  role: z.enum(roleNames),
  /** `null`: the whole installation. */
  sites: sitesSchema.default(null),
  ttlMs: z
    .int()
    .min(3_600_000)
    .max(14 * dayMs)
    .default(3 * dayMs),
  ...guarded,
});

/** Whether it is the admin who acts is asked by the password at each of these. */
export const peopleRouter = router({
  list: adminProcedure.query(async ({ ctx }): Promise<PeopleView> => {
    const [people, sites, invitations] = await fromPostgres(
      Promise.all([ctx.people.list(), ctx.people.sites(), ctx.invitations.open()]),
    );
    return { people, sites, invitations };
  }),
  /** An invitation's secret, shown this once. */
  invite: adminProcedure.input(invitationInput).mutation(async ({ ctx, input }) => {
    const { reason, password, ...invitation } = input;
    await confirmActor(ctx, "people.invite", password);
    return fromPostgres(ctx.invitations.invite(invitation, actOf(ctx, reason)));
  }),
  withdrawInvitation: adminProcedure
    .input(z.strictObject({ id, reason: reasonSchema }))
    .mutation(({ ctx, input }) => fromPostgres(ctx.invitations.withdraw(input.id, actOf(ctx, input.reason)))),
  setRole: adminProcedure
    .input(onPerson.extend({ seen: z.string().max(20), role: z.enum(roleNames) }))
    .mutation(async ({ ctx, input: { reason, password, ...wish } }) => {
      await confirmActor(ctx, "people.setRole", password);
      const act = peopleActOf(ctx, "people.setRole", reason);
      await fromPostgres(ctx.peopleDesk.setRole(wish.id, wish, act));
    }),
  /** Which sites somebody sees; `null`: the whole installation. */
  setScope: adminProcedure
    .input(onPerson.extend({ seen: sitesSchema, sites: sitesSchema }))
    .mutation(async ({ ctx, input: { reason, password, ...wish } }) => {
      await confirmActor(ctx, "people.setScope", password);
      const act = peopleActOf(ctx, "people.setScope", reason);
      await fromPostgres(ctx.peopleDesk.setScope(wish.id, wish, act));
    }),
  disable: adminProcedure.input(onPerson).mutation(async ({ ctx, input }) => {
    await confirmActor(ctx, "people.disable", input.password);
    const act = peopleActOf(ctx, "people.disable", input.reason);
    await fromPostgres(ctx.peopleDesk.disable(input.id, act));
  }),
  enable: adminProcedure.input(onPerson).mutation(async ({ ctx, input }) => {
    await confirmActor(ctx, "people.enable", input.password);
    const act = peopleActOf(ctx, "people.enable", input.reason);
    await fromPostgres(ctx.peopleDesk.enable(input.id, act));
  }),
  resetSecondFactor: adminProcedure.input(onPerson).mutation(async ({ ctx, input }) => {
    await confirmActor(ctx, "people.resetSecondFactor", input.password);
    const act = peopleActOf(ctx, "people.resetSecondFactor", input.reason);
    await fromPostgres(ctx.peopleDesk.resetSecondFactor(input.id, act));
  }),
  endSessions: adminProcedure.input(onPerson).mutation(async ({ ctx, input }) => {
    await confirmActor(ctx, "people.endSessions", input.password);
    const act = peopleActOf(ctx, "people.endSessions", input.reason);
    await fromPostgres(ctx.peopleDesk.endSessions(input.id, act));
  }),
  setPassword: adminProcedure
    .input(onPerson.extend({ newPassword: passwordSchema }))
    .mutation(async ({ ctx, input }) => {
      await confirmActor(ctx, "people.setPassword", input.password);
      const act = peopleActOf(ctx, "people.setPassword", input.reason);
      await fromPostgres(ctx.peopleDesk.setPassword(input.id, input.newPassword, act));
    }),
  remove: adminProcedure.input(onPerson).mutation(async ({ ctx, input }) => {
    await confirmActor(ctx, "people.remove", input.password);
    const act = peopleActOf(ctx, "people.remove", input.reason);
    await fromPostgres(ctx.peopleDesk.remove(input.id, act));
  }),
});
