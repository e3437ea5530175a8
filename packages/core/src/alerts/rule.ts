import { z } from "zod";
import { type KpiScopeKind, kpiIds, scopeDimensions } from "../kpi/index.ts";
import { conditionSchema } from "./condition.ts";
import { nearestText } from "./nearest.ts";

/** Shape and text tell a severity apart, never colour alone: ◆ critical, ▲ warning, ● info. Worst first. */
export const severities = ["critical", "warning", "info"] as const;

export type Severity = (typeof severities)[number];

export type ScopeDimension = (typeof scopeDimensions)[number];

/** What a scope of each kind names, the widest first. */
export const dimensionsOf: Readonly<Record<KpiScopeKind, readonly ScopeDimension[]>> = {
  all: [],
  site: ["site"],
  agent: ["site", "agent"],
  reader: ["site", "agent", "reader"],
  archive: ["archive"],
  reason: ["reason"],
};

const scopeKinds = Object.keys(dimensionsOf) as [KpiScopeKind, ...KpiScopeKind[]];

/** Names a rule in documents, alerts and audit entries. */
export const ruleId = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "write it as in agent-offline")
  .max(60);
const words = z.string().trim().min(1).max(500);
const span = z
  .int()
  .min(0)
  .max(24 * 3_600_000);
const delay = span.default(0);

/**
 * Why the alert exists: what ISA-18.2 (IEC 62682) calls its rationalisation. Who cannot fill it in should not add the rule: an
 * alert that asks nothing of anybody is noise.
 */
export const cardSchema = z.strictObject({
  cause: words,
  /** What happens if nobody does anything. */
  consequence: words,
  /** What the operator does. */
  action: words,
  /** How long that may take before the consequence comes about. */
  respondWithinMinutes: z
    .int()
    .min(1)
    .max(30 * 24 * 60),
});

export type RationalisationCard = z.infer<typeof cardSchema>;

/** Where an alert is told beside the console. Without `sites`: those of all sites. */
const routeSchema = z.strictObject({
  channels: z.array(z.string().min(1).max(60)).min(1),
  sites: z.array(z.string().min(1).max(100)).min(1).exactOptional(),
});

/**
 * A rule whose active alerts, wherever they are, explain those of another one. That is believed of what began about when the cause
 * did, so that an alert of something else that begins during a long outage still calls.
 */
const causeElsewhereSchema = z.strictObject({
  rule: ruleId,
  /** The consequence began no more than that before its cause: some are noticed sooner. Of the breaches, before any delay. */
  beforeMs: span.default(2 * 60_000),
  /** And no more than that after it. */
  afterMs: span.default(15 * 60_000),
  /** So long after its cause is over it stays suppressed, while things come into order; one that stands longer calls. */
  holdMs: span.default(60_000),
});

export type CauseElsewhere = z.infer<typeof causeElsewhereSchema>;

const unknownKpi = (given: unknown): string =>
  typeof given === "string"
    ? `there is no KPI ${given.slice(0, 100)}: ${nearestText(given, kpiIds)} (docs/kpis.md has all of them)`
    : "name a KPI of docs/kpis.md";

export const alertRuleSchema = z.strictObject({
  id: ruleId,
  kpi: z.enum(kpiIds, { error: ({ input }) => unknownKpi(input) }),
  /** What is split into alerts of their own: `all` is one alert for the installation. The KPI must be kept so. */
  per: z.enum(scopeKinds).default("all"),
  /** Of the dimensions that `per` splits by, the values that the rule is for; without it: all. */
  only: z.partialRecord(z.enum(scopeDimensions), z.array(z.string().min(1).max(255)).min(1)).exactOptional(),
  condition: conditionSchema,
  severity: z.enum(severities),
  /** How long it must have been breached before the alert is raised. */
  onDelayMs: delay,
  /** How long it must have been in order before the alert has returned to normal. */
  offDelayMs: delay,
  /** What it says for as long as it stands, with {limit} and {site} or another dimension of `per`; {value} is that of the raise. */
  message: words,
  /** What to do, at length: a heading of a page in docs, or an address of yours. */
  runbook: z
    .string()
    .regex(
      /^(docs\/[a-z0-9-]+\.md#[a-z0-9-]+|https:\/\/\S+)$/,
      "write it as in docs/runbooks.md#agent-offline",
    ),
  routing: z.array(routeSchema).default([]),
  /** While an alert of this rule is active on the same or a wider scope, those of this one are suppressed by design. */
  parent: ruleId.exactOptional(),
  /** Rules whose alerts explain those of this one on whatever scope either is: suppressed by design, too. */
  suppressedBy: z.array(causeElsewhereSchema).min(1).max(20).exactOptional(),
  /** It watches nothing, and what stands of it is over; left out: it watches. */
  off: z.literal(true).exactOptional(),
  card: cardSchema,
});

export type AlertRule = z.infer<typeof alertRuleSchema>;

/** The name of the format; a form that old readers would misread gets another number. */
export const alertRulesFormat = "tapline-alert-rules/1";

/** All rules of an installation, as one document that is given out whole. */
export const alertRulesSchema = z.strictObject({
  format: z.literal(alertRulesFormat),
  /** Grows with each release. */
  version: z.int().min(1),
  rules: z.array(alertRuleSchema).max(10_000),
});

export type AlertRules = z.infer<typeof alertRulesSchema>;
