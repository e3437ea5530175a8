import { kpiIds } from "../kpi/index.ts";

export type EvidenceValue = number | string | boolean;

/** What is known of one thing, and since when; null: nobody knows it. */
export type EvidenceReading = { readonly value: EvidenceValue | null; readonly atEpochMs: number };

/** All that rules may look at, by the name under which they do: `kpi("backlog.taps")`, `service("validation").p99Ms`. */
export type Evidence = ReadonlyMap<string, EvidenceReading>;

/** What an expression asks of one thing, and a value of the kind that it gets; the docs tell the meanings. */
export const evidenceFields = {
  /** Of all processes of a service together. */
  service: {
    wanted: 1,
    ready: 1,
    failed: 1,
    heard: 1,
    requestsPerSecond: 1,
    errorRatio: 1,
    p50Ms: 1,
    p99Ms: 1,
    cpuRatio: 1,
    memoryBytes: 1,
    loopDelayMs: 1,
    queued: 1,
  },
  replica: {
    state: "ready",
    silentMs: 1,
    upMs: 1,
    restarts: 1,
    errorRatio: 1,
    p99Ms: 1,
    cpuRatio: 1,
    memoryBytes: 1,
    memoryGrowthBytesPerHour: 1,
    loopDelayMs: 1,
  },
  wish: { replicas: 1, reactive: 1, forecast: 1, mayLower: true },
  alert: { active: 1, longestMs: 1 },
  archive: { awayMs: 1, errorRatio: 1, isOpen: true },
  release: { phase: "none", endedMs: 1, verdict: "good" },
  /** The time of day, for what is done on a schedule. */
  clock: { minuteOfDay: 1, weekday: 1, dayOfMonth: 1 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, EvidenceValue>>>>;

/** `kpi(name)` is a number, all others have fields. */
export type EvidenceSubject = keyof typeof evidenceFields;

export const evidenceSubjects = Object.keys(evidenceFields) as EvidenceSubject[];

export function isEvidenceSubject(name: string): name is EvidenceSubject {
  return evidenceSubjects.some((subject) => subject === name);
}

/** The name under which a figure stands in the evidence. */
export function evidenceName(subject: EvidenceSubject | "kpi", of: string, field: string | null): string {
  const called = `${subject}(${JSON.stringify(of)})`;
  return field === null ? called : `${called}.${field}`;
}

export const knownKpis: readonly string[] = kpiIds;
