import type { AgentReport } from "../../tap/index.ts";
import { dayMs } from "../catalog/definition.ts";
import type { KpiId } from "../catalog.ts";
import type { KpiScope } from "../sample.ts";

/** What the stores alone know of one agent. */
export type AgentReading = {
  readonly agent: string;
  readonly site: string;
  /** Its last report and when the server got it; null where it never sent one. */
  readonly last: {
    readonly report: AgentReport;
    readonly seenAtEpochMs: number;
    /** The longest time between two reports that its settings allow, ms; null where the server has given it none. */
    readonly reportEveryMs: number | null;
  } | null;
};

/** What the stores alone know; each part is read now and then, and what is left out stays as it was, for a minute. */
export type KpiReadings = {
  readonly buffer?: {
    readonly taps: number;
    readonly oldestAtEpochMs: number | null;
    readonly bytes: number;
    /** The lowest that a running door keeps to; null where no door says one. */
    readonly ceilingBytes: number | null;
  };
  /** Agents that may deliver: neither revoked nor only invited. */
  readonly fleet?: readonly AgentReading[];
  /** Open gaps of agents: how many numbers, by agent. */
  readonly gaps?: ReadonlyMap<string, number>;
  /** When the oldest archive key came into use that is active now; null where there is none. */
  readonly oldestKeyAtEpochMs?: number | null;
  /** When the first certificate of the servers ends; null where none is known. */
  readonly firstEndAtEpochMs?: number | null;
  /** When a restore was last proven; null: never yet. */
  readonly restoreProvenAtEpochMs?: number | null;
};

/** A level at one moment; null = nobody knows. */
export type Level = { readonly kpi: KpiId; readonly scope: KpiScope; readonly value: number | null };

/** Agents that were told nothing else report so often, ms; who reports more often is not missed sooner. */
const usualReportEveryMs = 60_000;

/** After so many intervals of reports without one an agent is offline. */
export const missedAgentReports = 3;

/** An agent that has neither reported nor delivered for longer is offline, ms. */
export const agentHeardWithinMs = (reportEveryMs: number | null): number =>
  missedAgentReports * Math.max(usualReportEveryMs, reportEveryMs ?? 0);

const days = (ms: number): number => ms / dayMs;
const all: KpiScope = {};

/** Levels of the buffer, the keys and the care of the archive. */
export function levelsOfParts(readings: KpiReadings, nowEpochMs: number): Level[] {
  const { buffer, oldestKeyAtEpochMs, firstEndAtEpochMs, restoreProvenAtEpochMs } = readings;
  const levels: Level[] = [];
  const add = (kpi: KpiId, value: number | null): void => void levels.push({ kpi, scope: all, value });
  const since = (epochMs: number | null): number | null =>
    epochMs === null ? null : Math.max(0, nowEpochMs - epochMs);
  if (buffer !== undefined) {
    const { taps, oldestAtEpochMs, bytes, ceilingBytes } = buffer;
    add("backlog.taps", taps);
    add("backlog.oldest_ms", since(oldestAtEpochMs) ?? 0);
    add("buffer.memory_bytes", bytes);
    add("buffer.memory_ratio", ceilingBytes === null ? null : bytes / ceilingBytes);
  }
  if (oldestKeyAtEpochMs !== undefined)
    add("keys.age_days", oldestKeyAtEpochMs === null ? null : days(nowEpochMs - oldestKeyAtEpochMs));
  if (firstEndAtEpochMs !== undefined)
    add("certificates.days_left", firstEndAtEpochMs === null ? null : days(firstEndAtEpochMs - nowEpochMs));
  if (restoreProvenAtEpochMs !== undefined) add("archive.restore_age_ms", since(restoreProvenAtEpochMs));
  return levels;
}

/** How several values become one, for an agent's site and for all. */
type Join = (a: number, b: number) => number;

const sum: Join = (a, b) => a + b;
const joins: readonly (readonly [kpi: KpiId, join: Join])[] = [
  ["agents.online", sum],
  ["agents.offline", sum],
  ["readers.silent", sum],
  ["gaps.open", sum],
  ["agents.clock_skew_ms", Math.max],
  ["agents.outbox_oldest_ms", Math.max],
  ["agents.certificate_days_left", Math.min],
];

/**
 * Levels of the agents, of each, of its site and of all.
 * @param heardAtEpochMs when an agent last delivered; undefined where that is not known
 */
export function levelsOfFleet(
  { fleet, gaps }: KpiReadings,
  heardAtEpochMs: (agent: string) => number | undefined,
  nowEpochMs: number,
): Level[] {
  if (fleet === undefined) return [];
  const levels: Level[] = [];
  const bySite = Map.groupBy(fleet, ({ site }) => site);
  const whole = new Map<KpiId, number>();
  const join = (into: Map<KpiId, number>, from: ReadonlyMap<KpiId, number>): void => {
    for (const [kpi, how] of joins) {
      const [a, b] = [into.get(kpi), from.get(kpi)];
      if (b !== undefined) into.set(kpi, a === undefined ? b : how(a, b));
    }
  };
  const tell = (scope: KpiScope, values: ReadonlyMap<KpiId, number>): void => {
    for (const [kpi, value] of values) levels.push({ kpi, scope, value });
  };
  for (const [site, agents] of bySite) {
    const ofSite = new Map<KpiId, number>();
    for (const reading of agents) {
      const { agent } = reading;
      const ofAgent = figuresOf(reading, heardAtEpochMs(agent), nowEpochMs);
      if (gaps !== undefined) ofAgent.set("gaps.open", gaps.get(agent) ?? 0);
      tell({ site, agent }, ofAgent);
      join(ofSite, ofAgent);
    }
    tell({ site }, ofSite);
    join(whole, ofSite);
  }
  if (fleet.length === 0)
    for (const kpi of ["agents.online", "agents.offline", "readers.silent"] as const) whole.set(kpi, 0);
  tell(all, whole);
  return levels;
}

function figuresOf(
  { last }: AgentReading,
  heardAtEpochMs: number | undefined,
  nowEpochMs: number,
): Map<KpiId, number> {
  const heard = Math.max(last?.seenAtEpochMs ?? 0, heardAtEpochMs ?? 0);
  // Who was heard in what is the future by now was heard before the clock was put back.
  const isOnline = Math.abs(nowEpochMs - heard) <= agentHeardWithinMs(last?.reportEveryMs ?? null);
  const figures = new Map<KpiId, number>([
    ["agents.online", isOnline ? 1 : 0],
    ["agents.offline", isOnline ? 0 : 1],
  ]);
  if (last === null) return figures;
  const { clockSkewMs, outbox, readers, certificateEndsAtEpochMs } = last.report;
  const { ready = 0, reading = 0, gone = 0, collision = 0, ...troubled } = readers;
  const silent = Object.values(troubled).reduce((n, count) => n + count, 0);
  figures.set("readers.silent", isOnline ? silent : silent + ready + reading + collision);
  if (clockSkewMs !== null) figures.set("agents.clock_skew_ms", Math.abs(clockSkewMs));
  const waitedMs = outbox.taps === 0 ? 0 : outbox.oldestAgeMs + Math.max(0, nowEpochMs - last.seenAtEpochMs);
  // What an agent that still reports has in its outbox is younger by now, or gone.
  figures.set("agents.outbox_oldest_ms", isOnline ? outbox.oldestAgeMs : waitedMs);
  if (certificateEndsAtEpochMs !== null)
    figures.set("agents.certificate_days_left", days(certificateEndsAtEpochMs - nowEpochMs));
  return figures;
}
