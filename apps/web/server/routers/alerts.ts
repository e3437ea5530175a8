import {
  type Alert,
  type AlertAct,
  alertOfSite,
  alertStates,
  severities,
  shelfModes,
} from "@tapline/core/alerts";
import { z } from "zod";
import { operatorOf, type Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { operatorProcedure, type RequestContext, router, viewerProcedure } from "../trpc/init.ts";
import { reasonSchema } from "./acting.ts";

const alertId = z.uuid();

const listInput = z
  .strictObject({
    /** Open ones, or those that have closed; left out: both. */
    open: z.boolean().exactOptional(),
    states: z.array(z.enum(alertStates)).min(1).exactOptional(),
    severities: z.array(z.enum(severities)).min(1).exactOptional(),
    ruleId: z.string().max(60).exactOptional(),
    site: z.string().max(255).exactOptional(),
    /** `next` of the page before. */
    cursor: z.uuid().nullish(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});

/** An alert as the person saw it: who acts on an older picture than the last act of another one is refused. */
const seen = { id: alertId, rev: z.int().min(1) };

const acknowledgeInput = z.strictObject({ ...seen, note: reasonSchema.nullable().default(null) });
const shelveInput = z.strictObject({
  ...seen,
  mode: z.enum(shelfModes),
  /** In the next 7 days. */
  untilEpochMs: z.int(),
  reason: reasonSchema,
});
const reasonedInput = z.strictObject({ ...seen, reason: reasonSchema });
const assignInput = z.strictObject({
  ...seen,
  /** Id of a person who may act on alerts; null: nobody in particular. */
  to: z.string().min(1).max(200).nullable(),
  note: reasonSchema.nullable().default(null),
});
const noteInput = z.strictObject({ ...seen, note: reasonSchema });

type Acting = Omit<RequestContext, "viewer"> & { readonly viewer: Viewer };
type Seen = { readonly id: string; readonly rev: number };

/** Every mutation answers with the alert as it is now. */
async function act(ctx: Acting, { id, rev }: Seen, what: AlertAct): Promise<Alert> {
  const { sites } = ctx.viewer;
  const who = { actor: operatorOf(ctx.viewer), traceId: ctx.traceId, sites };
  const context = { ...who, atEpochMs: Date.now(), seenRev: rev };
  const alert = await fromPostgres(ctx.alerts.desk.act(id, what, context));
  return sites === null ? alert : alertOfSite(alert);
}

/** What those do who see some sites only, they do to these sites' alerts. */
const actingProcedure = operatorProcedure.meta({ scope: "site" });

export const alertsRouter = router({
  /** The one opened last first; `next` asks for more, null = that was all. */
  list: viewerProcedure
    .input(listInput)
    .query(({ ctx, input: { cursor, limit, ...filter } }) =>
      fromPostgres(ctx.alerts.desk.list(filter, limit, cursor ?? null)),
    ),
  /** An alert, what became of it, and the rule it comes of as it is in force; null where that is gone. */
  get: viewerProcedure.input(z.strictObject({ id: alertId })).query(async ({ ctx, input: { id } }) => {
    const alert = await fromPostgres(ctx.alerts.desk.find(id));
    const [steps, released] = await fromPostgres(
      Promise.all([ctx.alerts.desk.stepsOf(id), ctx.alerts.rules.active()]),
    );
    return { alert, steps, rule: released?.rules.rules.find((rule) => rule.id === alert.ruleId) ?? null };
  }),
  acknowledge: actingProcedure
    .input(acknowledgeInput)
    .mutation(({ ctx, input }) => act(ctx, input, { kind: "acknowledge", note: input.note })),
  shelve: actingProcedure
    .input(shelveInput)
    .mutation(({ ctx, input: { mode, untilEpochMs, reason, ...alert } }) =>
      act(ctx, alert, { kind: "shelve", mode, untilEpochMs, note: reason }),
    ),
  unshelve: actingProcedure
    .input(reasonedInput)
    .mutation(({ ctx, input }) => act(ctx, input, { kind: "unshelve", note: input.reason })),
  takeOutOfService: actingProcedure
    .input(reasonedInput)
    .mutation(({ ctx, input }) => act(ctx, input, { kind: "take-out-of-service", note: input.reason })),
  returnToService: actingProcedure
    .input(reasonedInput)
    .mutation(({ ctx, input }) => act(ctx, input, { kind: "return-to-service", note: input.reason })),
  /** To a person, or to nobody any more: who sees to it. */
  assign: actingProcedure
    .input(assignInput)
    .mutation(({ ctx, input: { to, note, ...alert } }) => act(ctx, alert, { kind: "assign", to, note })),
  /** A comment, kept with what happened to it: refused to no operator. */
  note: actingProcedure
    .input(noteInput)
    .mutation(({ ctx, input }) => act(ctx, input, { kind: "note", note: input.note })),
});
