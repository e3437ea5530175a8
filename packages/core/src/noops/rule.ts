import { z } from "zod";
import { heardWithinMsSchema } from "./act.ts";
import { mostReplicas } from "./actuator-act.ts";
import { meshForms } from "./mesh-settings.ts";
import { shiftForm } from "./shift-form.ts";
import { serviceWordSchema } from "./workload-name.ts";

/**
 * What a rule may do by itself. `dry-run`: it says what it would have done. `approval`: it asks a person each time. `armed`: it acts.
 */
export const ruleModes = ["dry-run", "approval", "armed"] as const;

export type RuleMode = (typeof ruleModes)[number];

/** What a rule is asked for one by one; `installation` is asked once. `target` in its expressions is the name of the one. */
export const ruleScopes = ["installation", "service", "replica", "archive"] as const;

export type RuleScope = (typeof ruleScopes)[number];

const hourMs = 3_600_000;
const span = (minMs: number, maxMs: number) => z.int().min(minMs).max(maxMs);
const replicas = z.int().min(1).max(mostReplicas);
const words = z.string().trim().min(1).max(500);
const expression = z.string().trim().min(1).max(2_000);
const one = z.string().min(1).max(255);

/** Names a rule in documents, decisions and audit entries. */
export const noopsRuleId = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "write it as in replace-silent-replica")
  .max(60);

/** What a rule does to its target once its condition has held for long enough. */
const actSpecSchema = z.discriminatedUnion("kind", [
  /**
   * To the number that balance wishes (`to: wish`), or by one; never in the other direction, never more than `maxStep` at once, never out
   * of `min` to `max`.
   */
  z
    .strictObject({
      kind: z.literal("scale"),
      direction: z.enum(["up", "down"]),
      to: z.enum(["wish", "one-more-or-less"]).default("wish"),
      maxStep: z.int().min(1).max(50).default(1),
      min: replicas.default(1),
      max: replicas.default(8),
    })
    .refine(({ min, max }) => min <= max, { path: ["min"], message: "it is above `max`" }),
  /** One replica: ended and started anew. */
  z.strictObject({ kind: z.literal("replace") }),
  /** All replicas of the service, one after another. */
  z.strictObject({ kind: z.literal("restart") }),
  /** How many connections each proxy of a mesh may have to the service. */
  z.strictObject({ kind: z.literal("connections"), ...meshForms.connections }),
  /** When a mesh leaves failing replicas of the service out, and for how long. */
  z.strictObject({ kind: z.literal("outlier-detection"), ...meshForms["outlier-detection"] }),
  /** How often a mesh asks the service again, where its manifests have it asked again at all. */
  z.strictObject({ kind: z.literal("retries"), ...meshForms.retries }),
  /** Only what agents hold that were heard within `heardWithinMs`; where anybody holds not all of it, nothing is flushed. */
  z.strictObject({ kind: z.literal("flush-buffer"), heardWithinMs: heardWithinMsSchema }),
  z.strictObject({ kind: z.literal("flush-caches") }),
  /** Whether anything is sent to the archive. */
  z.strictObject({ kind: z.literal("target"), open: z.boolean() }),
  z.strictObject({ kind: z.literal("rotate-key") }),
  /** Of the one service that the rule is for. */
  z.strictObject({ kind: z.literal("shift"), ...shiftForm }),
  z.strictObject({ kind: z.literal("roll-back") }),
  z.strictObject({
    kind: z.literal("quota"),
    tapsPerHour: z.int().min(1).max(1_000_000),
    burst: z.int().min(1).max(1_000_000),
  }),
]);

export type ActSpec = z.infer<typeof actSpecSchema>;

export const noopsRuleSchema = z.strictObject({
  id: noopsRuleId,
  per: z.enum(ruleScopes).default("installation"),
  /** Of the services or archives that it is split by, those that it is for; without it: all. */
  only: z.array(one).min(1).max(100).exactOptional(),
  /** CEL: whether something is to be done. */
  when: expression,
  /** CEL: whether it is over. Between the two nothing is done, and nothing is over. Left out: as soon as `when` does not hold. */
  clearWhen: expression.exactOptional(),
  /** How long `when` must have held, without a gap in the evidence. */
  forMs: span(0, 24 * hourMs).default(0),
  /** Evidence that is older is none. */
  maxAgeMs: span(1_000, 24 * hourMs).default(15_000),
  /** So long after any act on the same subject, this rule's or another's, it waits. */
  cooldownMs: span(1_000, 30 * 24 * hourMs),
  /** At most so many acts of this rule in an hour. */
  perHour: z.int().min(1).max(1_000),
  act: actSpecSchema,
  mode: z.enum(ruleModes).default("dry-run"),
  /** How long an approval is waited for. */
  approvalMs: span(60_000, 7 * 24 * hourMs).default(hourMs),
  /** How long what it did can be undone, where such an act can be. */
  undoMs: span(60_000, 7 * 24 * hourMs).default(hourMs),
  /** Who answers for the rule. */
  owner: words,
  /** What it is for, in a sentence or two. */
  purpose: words,
  runbook: z
    .string()
    .regex(
      /^(docs\/[a-z0-9-]+\.md#[a-z0-9-]+|https:\/\/\S+)$/,
      "write it as in docs/noops.md#replace-silent-replica",
    ),
});

export type NoopsRule = z.infer<typeof noopsRuleSchema>;

/** The name of the format; a form that old readers would misread gets another number. */
export const noopsRulesFormat = "tapline-noops-rules/1";

/** All rules of an installation, as one document that is given out whole. */
export const noopsRulesSchema = z.strictObject({
  format: z.literal(noopsRulesFormat),
  /** Grows with each release. */
  version: z.int().min(1),
  /** Acts of all rules together in an hour, at most. */
  actsPerHour: z.int().min(1).max(10_000).default(60),
  rules: z.array(noopsRuleSchema).max(1_000),
});

export type NoopsRules = z.infer<typeof noopsRulesSchema>;

/** Services that stand by themselves in the table of services. */
export const noopsServices: readonly string[] = [
  ...["ingest", "buffer", "validation", "encryption", "transfer", "audit", "kpi", "telemetry", "alerts"],
  ...["balance", "noops", "web"],
].map((word) => serviceWordSchema.parse(word));
