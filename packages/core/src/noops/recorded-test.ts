import { z } from "zod";
import { TaplineError } from "../kernel/index.ts";
import type { Landscape, Workload } from "./actuator.ts";
import { Decider } from "./decider.ts";
import type { Decision } from "./decision.ts";
import { draftOf } from "./draft.ts";
import type { EvidenceReading } from "./evidence.ts";
import { type NoopsRule, type NoopsRules, noopsServices } from "./rule.ts";
import { noSwitches } from "./switches.ts";

const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A span of time as it is written, "90s" or "10m", in ms. */
const spanSchema = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h)$/, "write it as in 90s, 10m or 2h")
  .transform((text) => Number.parseInt(text, 10) * (unitsMs[text.replace(/^\d+/, "")] ?? 1));

/** The name of the format. */
export const noopsTestsFormat = "tapline-noops-tests/1";

/** Series of evidence, and exactly what the rules are to do about them. */
export const noopsTestsSchema = z.strictObject({
  format: z.literal(noopsTestsFormat),
  /** `shipped`, or a file of rules beside this one. */
  rules: z.string().min(1),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        /** How many replicas each service has at first, all of them ready; what rules do to them is done at once. */
        replicas: z
          .partialRecord(z.enum(noopsServices as [string, ...string[]]), z.int().min(1).max(100))
          .default({}),
        archives: z.array(z.string().min(1)).default([]),
        /** What is known from `at` on, said anew each second before `until`; null: nobody knows it. */
        evidence: z.array(
          z.strictObject({
            at: spanSchema,
            until: spanSchema.exactOptional(),
            name: z.string().min(1),
            value: z.union([z.number(), z.string(), z.boolean()]).nullable(),
          }),
        ),
        /** How long it goes on, second by second. */
        until: spanSchema,
        expect: z.array(z.strictObject({ at: spanSchema, rule: z.string(), does: z.string() })),
      }),
    )
    .min(1),
});

export type NoopsTests = z.infer<typeof noopsTestsSchema>;
export type NoopsTest = NoopsTests["tests"][number];

/** What was done and was not to be, or was to be and was not: a line each, in order of time. */
export type NoopsTestResult = {
  readonly name: string;
  readonly unexpected: readonly string[];
  readonly missing: readonly string[];
};

/** Series begin at 0; some clock they need. */
const startEpochMs = 1_800_000_000_000;
const stepMs = 1_000;
const mostSteps = 100_000;

/**
 * Plays series to rules as if all of them were armed, and compares.
 * @throws TaplineError `invalid-input` where it goes on for more than 100,000 s
 */
export function runNoopsTest(rules: NoopsRules, test: NoopsTest): NoopsTestResult {
  if (test.until / stepMs > mostSteps)
    throw new TaplineError("invalid-input", `"${test.name}" goes on for more than ${mostSteps} s`, {
      remedy: "make several tests of it",
    });
  const left = new Stage(rules, test).play();
  const missing: string[] = [];
  for (const { at, rule, does } of test.expect) {
    const index = left.indexOf(lineOf(at, rule, does));
    if (index >= 0) left.splice(index, 1);
    else missing.push(lineOf(at, rule, does));
  }
  return { name: test.name, unexpected: left, missing };
}

const lineOf = (atMs: number, rule: string, does: string): string => `${rule} at ${atMs / 1_000}s: ${does}`;

/** Where a series is played: what rules want is done at once. */
class Stage {
  readonly #rules: NoopsRules;
  readonly #test: NoopsTest;
  readonly #done: Decision[] = [];
  readonly #replicas: Map<string, number>;

  constructor({ rules, ...document }: NoopsRules, test: NoopsTest) {
    this.#rules = { ...document, rules: rules.map((rule): NoopsRule => ({ ...rule, mode: "armed" })) };
    this.#test = test;
    this.#replicas = new Map(Object.entries(test.replicas).map(([service, count]) => [service, count ?? 1]));
  }

  play(): string[] {
    const decider = new Decider(this.#rules.rules);
    for (let atMs = 0; atMs <= this.#test.until; atMs += stepMs) {
      const nowEpochMs = startEpochMs + atMs;
      const { archives } = this.#test;
      const snapshot = { evidence: this.#evidenceAt(atMs), landscape: this.#landscape(nowEpochMs), archives };
      for (const verdict of decider.decide(snapshot, nowEpochMs)) {
        const facts = {
          ...{ switches: noSwitches, recent: this.#done, landscape: this.#landscape(nowEpochMs) },
          ...{ archives: { open: archives, quorum: 1 }, actsPerHour: this.#rules.actsPerHour, nowEpochMs },
        };
        const ruleSet = { version: this.#rules.version, sha256: "" };
        const draft = draftOf(verdict, ruleSet, facts, `${this.#done.length}`);
        if (draft.state === "acting") this.#do(draft, nowEpochMs);
      }
    }
    return this.#done.map(({ ruleId, preview, atEpochMs }) =>
      lineOf(atEpochMs - startEpochMs, ruleId, (preview ?? "").replace("; it cannot be undone", "")),
    );
  }

  #do(draft: Decision, nowEpochMs: number): void {
    const { act } = draft;
    if (act?.kind === "scale") this.#replicas.set(act.workload.service, act.replicas);
    this.#done.push({ ...draft, state: "done", begunAtEpochMs: nowEpochMs, endedAtEpochMs: nowEpochMs });
  }

  #evidenceAt(atMs: number): Map<string, EvidenceReading> {
    const evidence = new Map<string, EvidenceReading>();
    for (const [service, count] of this.#replicas)
      for (const field of ["wanted", "ready"])
        evidence.set(`service("${service}").${field}`, { value: count, atEpochMs: startEpochMs + atMs });
    for (const { at, until, name, value } of this.#test.evidence)
      if (at <= atMs) {
        const saidMs = until === undefined ? atMs : Math.min(atMs, until - stepMs);
        evidence.set(name, { value, atEpochMs: startEpochMs + saidMs });
      }
    return evidence;
  }

  #landscape(atEpochMs: number): Landscape {
    const workloads = [...this.#replicas].map(([service, wanted]): Workload => {
      const replicas = Array.from({ length: wanted }, (_, index) => ({
        ...{ name: `${service}-${index + 1}`, state: "ready" as const, startedAtEpochMs: startEpochMs },
        ...{ restarts: 0, services: [service] },
      }));
      return { service, colour: "blue", release: null, wanted, bounds: null, replicas, revision: "1" };
    });
    return { atEpochMs, workloads, shares: {} };
  }
}
