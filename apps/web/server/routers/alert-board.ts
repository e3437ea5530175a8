import { severities } from "@tapline/core/alerts";
import { z } from "zod";
import { healthSpansMs, mostOperators } from "../../contracts/alert-health.ts";
import { alertViews } from "../../contracts/alerts.ts";
import { router, viewerProcedure } from "../trpc/init.ts";
import { instantSchema } from "./instant.ts";

const listInput = z
  .strictObject({
    view: z.enum(alertViews).default("open"),
    severity: z.enum(severities).optional(),
    text: z.string().max(100).optional(),
    group: z.string().max(500).optional(),
    /** Id of the person who sees to it. */
    assignee: z.string().max(200).optional(),
    /** Of the history: opened from then on, and before then. */
    fromEpochMs: instantSchema.optional(),
    untilEpochMs: instantSchema.optional(),
    /** `next` of the page before. */
    cursor: z.string().max(200).nullish(),
    /** The query library says so of each page; there is no other. */
    direction: z.literal("forward").optional(),
    limit: z.int().min(1).max(200).default(50),
  })
  .prefault({});

const healthInput = z.strictObject({
  spanMs: z.literal(healthSpansMs),
  /** On shift. */
  operators: z.int().min(1).max(mostOperators),
});

/** Of those who see some sites only, it shows these sites' alerts alone. */
const siteProcedure = viewerProcedure.meta({ scope: "site" });

/** Alerts as the console's pages show them; `alerts` has what is done about them. */
export const alertBoardRouter = router({
  /** Alerts of one view, what is to be seen to first coming first; `next` asks for more, null = that was all. */
  list: siteProcedure
    .input(listInput)
    .query(({ ctx, input: { cursor, limit, direction: _, ...filter } }) =>
      ctx.alerts.views.page(filter, limit, cursor ?? null, ctx.viewer.sites),
    ),
  /** How many there are, by severity and state. */
  counts: siteProcedure.query(({ ctx }) => ctx.alerts.views.counts(ctx.viewer.sites)),
  /** One alert, its rule as it is in force, what has happened to it, and the names of who did it. */
  detail: siteProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx, input }) => ctx.alerts.views.detail(input.id, ctx.viewer.sites)),
  /** Alerts of before of the same rule in the same place, and what was done about them. */
  similar: siteProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .query(({ ctx, input }) => ctx.alerts.views.similar(input.id, ctx.viewer.sites)),
  /** To whom alerts can be assigned; of one alert, those who see it. */
  people: siteProcedure
    .input(z.strictObject({ alert: z.uuid().optional() }).prefault({}))
    .query(({ ctx, input }) => ctx.alerts.views.people(ctx.viewer.sites, input.alert)),
  /** How well alerts serve those who watch, over the last day, week or 30 days: the measures of ISA-18.2 and EEMUA 191. */
  health: viewerProcedure
    .input(healthInput)
    .query(({ ctx, input: { spanMs, operators } }) => ctx.alerts.health.read(spanMs, operators)),
});
