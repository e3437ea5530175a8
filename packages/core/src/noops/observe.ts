import type { Wishes } from "../balance/index.ts";
import { isTimeZone, wallClock } from "../kernel/index.ts";
import type { KpiSample } from "../kpi/index.ts";
import type { ServiceHealth, ServicesReport } from "../telemetry/index.ts";
import type { Landscape } from "./actuator.ts";
import { type EvidenceReading, type EvidenceSubject, type EvidenceValue, evidenceName } from "./evidence.ts";
import { replicasOf, servingWorkload, setReplicas } from "./landscape.ts";

/** What was read at one moment; null where the source did not answer. All times by one clock. */
export type Observed = {
  readonly nowEpochMs: number;
  /** Time zones whose clocks are looked at. */
  readonly clocks: readonly string[];
  readonly landscape: Landscape | null;
  readonly services: ServicesReport | null;
  readonly wishes: Wishes | null;
  /** Of the installation, and of archives. */
  readonly kpis: readonly KpiSample[] | null;
  /** Rules of alerts, each with its alerts that are active. */
  readonly alerts: readonly { readonly ruleId: string; readonly raisedAtEpochMs: readonly number[] }[] | null;
  readonly archives: readonly { readonly archive: string; readonly isOpen: boolean }[] | null;
  /** The last shift of each service that ever had one. */
  readonly shifts:
    | readonly {
        readonly service: string;
        readonly phase: string;
        readonly endedAtEpochMs: number | null;
        /** What its last look at the evidence told, and when; null before the first. */
        readonly looked: { readonly is: "good" | "bad" | "missing"; readonly atEpochMs: number } | null;
      }[]
    | null;
  /** By process, bytes per hour. */
  readonly memoryGrowth: ReadonlyMap<string, number>;
};

type Facts = Readonly<Record<string, EvidenceValue | null>>;

type Put = (subject: EvidenceSubject, of: string, facts: Facts, atEpochMs: number) => void;

/** All that rules may look at. What was not read is not there; what nobody knows is there as null. */
export function observe(observed: Observed): Map<string, EvidenceReading> {
  const evidence = new Map<string, EvidenceReading>();
  const put: Put = (subject, of, facts, atEpochMs) => {
    for (const [field, value] of Object.entries(facts))
      evidence.set(evidenceName(subject, of, field), { value, atEpochMs });
  };
  for (const { kpi, scope, value, atEpochMs } of observed.kpis ?? []) {
    if (Object.keys(scope).length === 0) evidence.set(evidenceName("kpi", kpi, null), { value, atEpochMs });
    const field = archiveFields[kpi];
    if (scope.archive !== undefined && field !== undefined)
      put("archive", scope.archive, { [field]: value }, atEpochMs);
  }
  putClocks(observed, put);
  putTold(observed, put);
  putServices(observed, put);
  putReplicas(observed, put);
  return evidence;
}

function putClocks({ nowEpochMs, clocks }: Observed, put: Put): void {
  // A zone that this machine does not know is missing, and the rule holds; no other does.
  for (const zone of clocks.filter(isTimeZone)) put("clock", zone, wallClock(zone, nowEpochMs), nowEpochMs);
}

function putTold({ nowEpochMs, archives, wishes, alerts, shifts }: Observed, put: Put): void {
  for (const { archive, isOpen } of archives ?? []) put("archive", archive, { isOpen }, nowEpochMs);
  for (const { service, wish, reactive, forecast, mayLower, atEpochMs } of wishes?.services ?? [])
    put("wish", service, { replicas: wish, reactive, forecast, mayLower }, atEpochMs);
  for (const { ruleId, raisedAtEpochMs } of alerts ?? []) {
    const longestMs = Math.max(0, ...raisedAtEpochMs.map((raised) => nowEpochMs - raised));
    put("alert", ruleId, { active: raisedAtEpochMs.length, longestMs }, nowEpochMs);
  }
  for (const { service, phase, endedAtEpochMs, looked } of shifts ?? []) {
    const endedMs = endedAtEpochMs === null ? null : nowEpochMs - endedAtEpochMs;
    put("release", service, { phase, endedMs }, nowEpochMs);
    // Of its own age: what is looked at no more counts no more.
    put("release", service, { verdict: looked?.is ?? null }, looked?.atEpochMs ?? nowEpochMs);
  }
}

function putServices({ landscape, services }: Observed, put: Put): void {
  if (landscape !== null)
    for (const [service, facts] of countsOf(landscape)) put("service", service, facts, landscape.atEpochMs);
  if (services !== null)
    for (const [service, facts] of figuresOf(services)) put("service", service, facts, services.atEpochMs);
}

function putReplicas(observed: Observed, put: Put): void {
  const { landscape, services, nowEpochMs } = observed;
  if (landscape === null) return;
  for (const { target, replica } of replicasOf(landscape)) {
    const { state, restarts, startedAtEpochMs, name } = replica;
    put("replica", target, { state, restarts, upMs: nowEpochMs - startedAtEpochMs }, landscape.atEpochMs);
    const process = services === null ? null : processOf(services, name);
    if (services !== null && process !== null)
      put("replica", target, replicaFigures(process, observed), services.atEpochMs);
  }
}

const archiveFields: Readonly<Record<string, string | undefined>> = {
  "archive.away_ms": "awayMs",
  "archive.error_ratio": "errorRatio",
};

function countsOf(landscape: Landscape): [string, Facts][] {
  const names = new Set(landscape.workloads.map(({ service }) => service));
  return [...names].map((service) => {
    const workloads = landscape.workloads.filter((one) => one.service === service);
    const replicas = workloads.flatMap((one) => one.replicas);
    const count = (state: string): number => replicas.filter((one) => one.state === state).length;
    const serving = servingWorkload(landscape, service);
    const wanted = serving === null ? null : setReplicas(serving);
    return [service, { wanted, ready: count("ready"), failed: count("failed") }];
  });
}

function figuresOf({ services }: ServicesReport): [string, Facts][] {
  const names = new Set(services.flatMap(({ roles }) => roles));
  return [...names].map((service) => {
    const heard = services.filter(({ roles, isSilent }) => roles.includes(service) && !isSilent);
    const most = (of: (one: ServiceHealth) => number | null): number | null => {
      const known = heard.flatMap((one) => of(one) ?? []);
      return known.length === 0 ? null : Math.max(...known);
    };
    const sum = (of: (one: ServiceHealth) => number | null): number | null =>
      heard.length === 0 ? null : heard.reduce((total, one) => total + (of(one) ?? 0), 0);
    const requests = sum(({ requestsPerSecond }) => requestsPerSecond);
    const errors = sum((one) => (one.errorRatio ?? 0) * (one.requestsPerSecond ?? 0));
    const facts = {
      ...{ heard: heard.length, requestsPerSecond: requests },
      // Where nothing was asked there is no share of it that failed.
      errorRatio: requests === null || requests === 0 || errors === null ? null : errors / requests,
      ...{ p50Ms: most(({ p50Ms }) => p50Ms), p99Ms: most(({ p99Ms }) => p99Ms) },
      ...{ cpuRatio: most(({ cpuRatio }) => cpuRatio), memoryBytes: most(({ memoryBytes }) => memoryBytes) },
      ...{ loopDelayMs: most(({ loopDelayMs }) => loopDelayMs), queued: most(({ queued }) => queued) },
    };
    return [service, facts];
  });
}

/** The process that a replica is in telemetry: named as it is, or as its host with the process's number. */
function processOf({ services }: ServicesReport, replica: string): ServiceHealth | null {
  const isIts = (instance: string): boolean =>
    instance === replica ||
    (instance.startsWith(`${replica}-`) && /^\d+$/.test(instance.slice(replica.length + 1)));
  const there = services.filter(({ instance }) => isIts(instance));
  // One that was started again is there under both numbers for a while: the newest counts.
  return there.toSorted((a, b) => b.heardAtEpochMs - a.heardAtEpochMs)[0] ?? null;
}

function replicaFigures(process: ServiceHealth, { services, memoryGrowth }: Observed): Facts {
  const { heardAtEpochMs, errorRatio, p99Ms, cpuRatio, memoryBytes, loopDelayMs, instance } = process;
  const table = services?.services ?? [];
  // Where nobody is heard it is the telemetry that is silent, not the processes.
  const isAnyHeard = table.some(({ isSilent }) => !isSilent);
  const silentMs = isAnyHeard && services !== null ? Math.max(0, services.atEpochMs - heardAtEpochMs) : null;
  const memoryGrowthBytesPerHour = memoryGrowth.get(instance) ?? null;
  return { silentMs, errorRatio, p99Ms, cpuRatio, memoryBytes, loopDelayMs, memoryGrowthBytesPerHour };
}
