import type { FleetAgent } from "@tapline/core/rollout";
import { agentIdSchema, agentVersionSchema } from "@tapline/core/tap";
import { z } from "zod";
import { passwordSchema } from "../auth/password.ts";
import { fromPostgres } from "../from-stores.ts";
import { adminProcedure, router, viewerProcedure } from "../trpc/init.ts";
import { actOf, confirmActor, reasonSchema } from "./acting.ts";

const listInput = z
  .strictObject({
    /** Agents behind this one, by name. */
    after: z.string().max(63).default(""),
    limit: z.int().min(1).max(1_000).default(500),
    /** Only those not heard of for so long, ms. */
    silentForMs: z.int().min(0).optional(),
  })
  .prefault({});

/** What an agent is to keep; what is left out keeps its pin. */
const pinFields = {
  id: agentIdSchema,
  revision: z.int().min(0).optional(),
  version: agentVersionSchema.optional(),
} as const;

const pinInput = {
  ...pinFields,
  reason: reasonSchema,
  /** Needed with a version: another program runs at the agent then. */
  password: passwordSchema.optional(),
} as const;

const namesOne = ({ revision, version }: { revision?: number | undefined; version?: string | undefined }) =>
  revision !== undefined || version !== undefined;
const needsOne = "must name a revision of the settings, or a version, or both";

/** Only told, for whoever is about to act. */
const trial = { reason: "to see what it would do", dryRun: true } as const;

export const fleetRouter = router({
  /** Agents by name, with what they last reported; `next` asks for more, null = that was all. */
  list: viewerProcedure.input(listInput).query(async ({ ctx, input }) => {
    const nowEpochMs = Date.now();
    const agents = (await fromPostgres(ctx.fleet.agents())).filter(
      (agent) => agent.id > input.after && isSilent(agent, input.silentForMs, nowEpochMs),
    );
    const page = agents.slice(0, input.limit);
    return { agents: page, next: agents.length > page.length ? (page.at(-1)?.id ?? null) : null };
  }),
  /** What holds for all, and the roll-outs under way. */
  state: viewerProcedure.query(({ ctx }) => fromPostgres(ctx.fleet.state())),
  /** Settings that may be given to agents, newest first. */
  revisions: viewerProcedure.query(({ ctx }) => fromPostgres(ctx.fleet.revisions())),
  /** Who would be told what else by `pin`, or by `unpin` where nothing is named; changes nothing. */
  pinEffect: adminProcedure.input(z.strictObject(pinFields)).query(({ ctx, input: { id, ...pins } }) => {
    const act = { ...actOf(ctx, trial.reason), ...trial, atEpochMs: Date.now() };
    const { steering } = ctx;
    return fromPostgres(namesOne(pins) ? steering.pin(id, given(pins), act) : steering.unpin(id, act));
  }),
  /** Keeps an agent at settings or a version, whatever is rolled out. @returns who is told what else */
  pin: adminProcedure
    .input(z.strictObject(pinInput).refine(namesOne, needsOne))
    .mutation(async ({ ctx, input: { id, reason, password, ...pins } }) => {
      if (pins.version !== undefined) await confirmActor(ctx, "fleet.pin", password);
      const act = { ...actOf(ctx, reason), dryRun: false, atEpochMs: Date.now() };
      return fromPostgres(ctx.steering.pin(id, given(pins), act));
    }),
  /** Takes off what an agent is kept at. @returns who is told what else */
  unpin: adminProcedure
    .input(z.strictObject({ id: agentIdSchema, reason: reasonSchema }))
    .mutation(({ ctx, input: { id, reason } }) => {
      const act = { ...actOf(ctx, reason), dryRun: false, atEpochMs: Date.now() };
      return fromPostgres(ctx.steering.unpin(id, act));
    }),
});

function isSilent({ last }: FleetAgent, silentForMs: number | undefined, nowEpochMs: number): boolean {
  if (silentForMs === undefined) return true;
  return last === null || nowEpochMs - last.seenAtEpochMs > silentForMs;
}

/** Without what is not named. */
function given({ revision, version }: { revision?: number | undefined; version?: string | undefined }) {
  return { ...(revision === undefined ? {} : { revision }), ...(version === undefined ? {} : { version }) };
}
