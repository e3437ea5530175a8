import { z } from "zod";
import { TaplineError } from "../kernel/index.ts";
import { type KpiSample, kpiIds, kpiScopeSchema, scopeKey } from "../kpi/index.ts";
import { RuleEngine } from "./evaluator.ts";
import { eventOf } from "./event-of.ts";
import { FloodControl } from "./flood.ts";
import type { AlertRule } from "./rule.ts";
import type { AlertSignal } from "./signal.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A span of time as it is written, "90s" or "10m", in ms. */
const spanSchema = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, "write it as in 90s, 10m or 2h")
  .transform((text) => Number.parseInt(text, 10) * (unitsMs[text.replace(/^\d+/, "")] ?? 1));

/** One sample, or with `every` the same one again and again, before `until`. */
const recordedSampleSchema = z.strictObject({
  at: spanSchema,
  kpi: z.enum(kpiIds),
  scope: kpiScopeSchema.default({}),
  value: z.number().nullable(),
  idle: z.literal(true).exactOptional(),
  events: z.strictObject({ good: z.int().min(0), total: z.int().min(0) }).exactOptional(),
  every: spanSchema.exactOptional(),
  until: spanSchema.exactOptional(),
});

const kinds = ["raise", "clear", "suppress", "unsuppress"] as const;

/** What is to happen. `by`: the rule that suppresses; `message`: what the alert says. */
const expectedSchema = z
  .strictObject({
    at: spanSchema,
    ...{ raise: z.string().optional(), clear: z.string().optional() },
    ...{ suppress: z.string().optional(), unsuppress: z.string().optional() },
    scope: kpiScopeSchema.default({}),
    by: z.string().optional(),
    message: z.string().optional(),
  })
  .refine((one) => kinds.filter((kind) => one[kind] !== undefined).length === 1, {
    message: "say one of raise, clear, suppress, unsuppress, with the id of the rule",
  });

/** The name of the format. */
export const alertTestsFormat = "tapline-alert-tests/1";

/** Recorded or thought-out series, and exactly what the rules are to say of them. */
export const alertTestsSchema = z.strictObject({
  format: z.literal(alertTestsFormat),
  /** `shipped`, or a file of rules beside this one. */
  rules: z.string().min(1),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        samples: z.array(recordedSampleSchema),
        /** How long it goes on. */
        until: spanSchema,
        expect: z.array(expectedSchema),
      }),
    )
    .min(1),
});

export type AlertTests = z.infer<typeof alertTestsSchema>;
export type AlertTest = AlertTests["tests"][number];

/** What happened and was not to, or was to and did not: a line each, in order of time. */
export type AlertTestResult = {
  readonly name: string;
  readonly unexpected: readonly string[];
  readonly missing: readonly string[];
};

/** Series begin at 0; some clock they need. */
const startEpochMs = 1_800_000_000_000;
const mostSamples = 100_000;

/**
 * Plays a series to rules, and compares.
 * @throws TaplineError `invalid-input` where it has too many samples or scopes
 */
export function runAlertTest(rules: readonly AlertRule[], test: AlertTest): AlertTestResult {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const happened = play(rules, samplesOf(test), test.until).map((signal) => lineOf(signal, byId));
  const left = happened.map((line) => line.plain);
  const messages = new Map(happened.map(({ plain, message }) => [plain, message]));
  const missing: string[] = [];
  for (const one of test.expect) {
    const line = expectedLine(one);
    const index = left.indexOf(line);
    if (index >= 0) left.splice(index, 1);
    else missing.push(line);
    const says = messages.get(line);
    if (index >= 0 && one.message !== undefined && says !== one.message)
      missing.push(`${line}, saying "${one.message}"; it says "${says ?? ""}"`);
  }
  return { name: test.name, unexpected: left, missing };
}

function samplesOf({ name, samples }: AlertTest): KpiSample[] {
  const all: KpiSample[] = [];
  for (const { at, every, until, ...rest } of samples) {
    const stepMs = Math.max(1, every ?? 1);
    const count = every === undefined ? 1 : Math.ceil(((until ?? at + 1) - at) / stepMs);
    if (all.length + count > mostSamples)
      throw new TaplineError("invalid-input", `"${name}" has more than ${mostSamples} samples`, {
        remedy: "give them further apart, or in several tests",
      });
    for (let index = 0; index < count; index++)
      all.push({ ...rest, atEpochMs: startEpochMs + at + index * stepMs } as KpiSample);
  }
  return all.toSorted((one, other) => one.atEpochMs - other.atEpochMs);
}

function play(rules: readonly AlertRule[], samples: readonly KpiSample[], untilMs: number): AlertSignal[] {
  const onRefused = () => {
    throw new TaplineError("invalid-input", "the series has too many scopes");
  };
  const engine = new RuleEngine(rules, { maxWatches: mostSamples, onRefused }, startEpochMs);
  const flood = new FloodControl(rules);
  const signals: AlertSignal[] = [];
  const passTime = (untilEpochMs: number) => {
    for (;;) {
      const due = Math.min(engine.dueEpochMs ?? Infinity, flood.dueEpochMs ?? Infinity);
      if (due > untilEpochMs) return;
      signals.push(...flood.take(engine.tick(due)), ...flood.tick(due));
    }
  };
  for (const sample of samples) {
    passTime(sample.atEpochMs);
    signals.push(...flood.take(engine.take(sample, sample.atEpochMs)));
  }
  passTime(startEpochMs + untilMs);
  return signals;
}

function lineOf(
  signal: AlertSignal,
  rules: ReadonlyMap<string, AlertRule>,
): { plain: string; message: string } {
  const { kind, ruleId, scope, atEpochMs } = signal;
  const by = "suppressedBy" in signal ? signal.suppressedBy?.ruleId : undefined;
  const event = eventOf(signal, rules.get(ruleId), "");
  const message = event?.kind === "raise" ? event.message : "";
  return { plain: textOf(kind, ruleId, scopeKey(scope), atEpochMs - startEpochMs, by), message };
}

function expectedLine(one: AlertTest["expect"][number]): string {
  const kind = kinds.find((known) => one[known] !== undefined) ?? "raise";
  return textOf(kind, one[kind] ?? "", scopeKey(one.scope as KpiSample["scope"]), one.at, one.by);
}

function textOf(kind: string, ruleId: string, scope: string, atMs: number, by: string | undefined): string {
  const where = scope === "" ? "" : ` ${scope}`;
  return `${kind} ${ruleId}${where} at ${atMs / 1_000}s${by === undefined ? "" : ` by ${by}`}`;
}
