import {
  type CelFunc,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  isCelError,
  mapType,
  parse,
  plan,
} from "@bufbuild/cel";
import { messageOf } from "../kernel/index.ts";
import type { EvidenceRead } from "./decision.ts";
import {
  type Evidence,
  type EvidenceSubject,
  type EvidenceValue,
  evidenceFields,
  evidenceName,
  evidenceSubjects,
} from "./evidence.ts";
import { namedEvidence, whyNoLoops } from "./named-evidence.ts";

/** What an expression said: `answer` is null where it said neither yes nor no, and `fault` then tells why. */
export type Judged = {
  readonly answer: boolean | null;
  readonly fault: string | null;
  readonly reads: readonly EvidenceRead[];
};

export type Looking = {
  readonly evidence: Evidence;
  readonly target: string;
  readonly nowEpochMs: number;
  readonly maxAgeMs: number;
};

/** Clocks of two machines differ by no more; what claims to be of later than that is not believed, ms. */
export const clockSkewMs = 5_000;

/**
 * An expression in CEL (https://cel.dev) that answers yes or no by the evidence. Whatever it read that is missing or too old keeps it from
 * an answer, whichever way the rest of it points: it holds.
 */
export class Expression {
  readonly #evaluate: (bindings: { target: string }) => unknown;
  #reading: Reading | null = null;

  /** @throws Error where the text is no CEL, or goes through lists */
  constructor(text: string) {
    if (namedEvidence(text).loops) throw new Error(whyNoLoops);
    const env = celEnv({ variables: { target: CelScalar.STRING }, funcs: this.#funcs() });
    this.#evaluate = plan(env, parse(text));
  }

  judge(looking: Looking): Judged {
    const reading = new Reading(looking);
    this.#reading = reading;
    let result: unknown;
    try {
      result = this.#evaluate({ target: looking.target });
    } catch (error) {
      result = error;
    } finally {
      this.#reading = null;
    }
    const { reads } = reading;
    const bad = reads.find(({ fault }) => fault !== null);
    if (bad !== undefined) return { answer: null, fault: `${bad.name} ${bad.fault}`, reads };
    if (typeof result === "boolean") return { answer: result, fault: null, reads };
    return { answer: null, fault: faultOf(result), reads };
  }

  #funcs(): CelFunc[] {
    const read = (name: string): EvidenceValue => {
      const value = this.#reading?.read(name) ?? null;
      if (value === null) throw new Error(`${name} is not known`);
      return value;
    };
    const kpi = celFunc(
      "kpi",
      [CelScalar.STRING],
      CelScalar.DYN,
      (name): CelValue => read(evidenceName("kpi", name, null)),
    );
    const subjects = evidenceSubjects.map((subject) =>
      celFunc(
        subject,
        [CelScalar.STRING],
        mapType(CelScalar.STRING, CelScalar.DYN),
        (of) => new FieldsOf(subject, of, read),
      ),
    );
    return [kpi, ...subjects];
  }
}

function faultOf(result: unknown): string {
  if (isCelError(result) || result instanceof Error) return messageOf(result);
  return `it says neither yes nor no, but ${typeof result === "object" ? "something else" : String(result)}`;
}

/** The fields of one thing as CEL asks for them: what an expression does not ask for is not read. */
class FieldsOf extends Map<string, EvidenceValue> {
  readonly #subject: EvidenceSubject;
  readonly #of: string;
  readonly #read: (name: string) => EvidenceValue;

  constructor(subject: EvidenceSubject, of: string, read: (name: string) => EvidenceValue) {
    super();
    this.#subject = subject;
    this.#of = of;
    this.#read = read;
  }

  override has(field: string): boolean {
    return field in evidenceFields[this.#subject];
  }

  override get(field: string): EvidenceValue | undefined {
    return this.has(field) ? this.#read(evidenceName(this.#subject, this.#of, field)) : undefined;
  }
}

/** What one evaluation has read, each once. */
class Reading {
  readonly #looking: Looking;
  readonly #reads = new Map<string, EvidenceRead>();

  constructor(looking: Looking) {
    this.#looking = looking;
  }

  get reads(): EvidenceRead[] {
    return [...this.#reads.values()];
  }

  /** null where there is nothing that counts. */
  read(name: string): EvidenceValue | null {
    const read = readEvidence(name, this.#looking);
    this.#reads.set(name, read);
    return read.fault === null ? read.value : null;
  }
}

/** One figure, with its age and whether it counts. */
export function readEvidence(name: string, { evidence, nowEpochMs, maxAgeMs }: Looking): EvidenceRead {
  const found = evidence.get(name);
  const ageMs = found === undefined ? null : nowEpochMs - found.atEpochMs;
  const value = found?.value ?? null;
  const told = typeof value === "number" && !Number.isFinite(value) ? null : value;
  return { name, value: told, ageMs, fault: readFault(value, ageMs, maxAgeMs) };
}

function readFault(value: EvidenceValue | null, ageMs: number | null, maxAgeMs: number): string | null {
  if (ageMs === null) return "is missing";
  if (value === null) return "is not known";
  if (typeof value === "number" && !Number.isFinite(value)) return "is no number";
  if (ageMs > maxAgeMs)
    return `is ${Math.round(ageMs / 1_000)} s old, and counts for ${Math.round(maxAgeMs / 1_000)} s`;
  return ageMs < -clockSkewMs ? `claims to be of ${Math.round(-ageMs / 1_000)} s from now` : null;
}
