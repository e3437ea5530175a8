import { readFileSync } from "node:fs";
import {
  type AgentPlace,
  type FleetAgent,
  type FleetState,
  type HealthLimits,
  healthLimits,
  type Patience,
  type RingHealth,
  type RolloutKind,
  ringHealth,
  rolloutKinds,
  type Track,
} from "@tapline/core/rollout";
import { type AgentReport, type AgentSettings, agentSettingsSchema } from "@tapline/core/tap";
import { readFleetAgents, readFleetMark, readFleetState } from "../fleet-rows.ts";
import type { PrismaClient } from "../generated/client.ts";

const keepReportsSql = readFileSync(new URL("./keep-reports.sql", import.meta.url), "utf8");

/** What an agent told of itself, and when the server got it. */
export type ToldReport = {
  readonly agent: string;
  readonly report: AgentReport;
  readonly seenAtEpochMs: number;
};

/** All that says what is wanted of whom. */
export type FleetPlan = {
  /** The mark under which it was read. */
  readonly mark: string;
  readonly state: FleetState;
  /** Settings by revision, of those revisions that may be wanted; 0 is none. */
  readonly settings: ReadonlyMap<number, AgentSettings>;
  readonly places: ReadonlyMap<string, AgentPlace>;
};

export type ConfigRevision = {
  readonly revision: number;
  readonly settings: AgentSettings;
  readonly madeAtEpochMs: number;
  readonly madeBy: string;
  readonly reason: string;
};

/** What can be rolled out of one kind: what holds, the roll-out under way, and how its rings stand. */
export type FleetTrack = Track<number | string | null> & {
  readonly kind: RolloutKind;
  readonly rings: readonly RingHealth[];
};

/** The fleet in PostgreSQL, as read by the door, commands and console. */
export class FleetStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Keeps the latest report of each agent, in one statement. */
  async keepReports(reports: readonly ToldReport[]): Promise<void> {
    if (reports.length === 0) return;
    const rows = reports.map(({ agent, report, seenAtEpochMs }) => ({
      ...{ agent, report, seen_at_ms: seenAtEpochMs },
      epoch: report.outbox.epoch,
      next_seq: report.outbox.nextSeq,
    }));
    await this.#prisma.$executeRawUnsafe(keepReportsSql, JSON.stringify(rows));
  }

  /** Another one where the plan may be another; cheap to ask each second. */
  async mark(): Promise<string> {
    return await readFleetMark(this.#prisma);
  }

  async plan(): Promise<FleetPlan> {
    // The mark first: what changes while the rest is read has another one, and is read again.
    const mark = await readFleetMark(this.#prisma);
    const state = await readFleetState(this.#prisma);
    const rows = await this.#prisma.agent.findMany({
      select: { id: true, ring: true, pinnedRevision: true, pinnedVersion: true },
    });
    const { standing, rollout } = state.config;
    const wanted = new Set([standing, ...rows.flatMap((row) => row.pinnedRevision ?? [])]);
    for (const revision of rollout === null ? [] : [rollout.base, rollout.target]) wanted.add(revision);
    const found = await this.#prisma.configRevision.findMany({ where: { revision: { in: [...wanted] } } });
    const settings = new Map<number, AgentSettings>([[0, {}]]);
    for (const row of found) settings.set(row.revision, agentSettingsSchema.parse(row.settings));
    return { mark, state, settings, places: new Map(rows.map((row) => [row.id, row])) };
  }

  async state(): Promise<FleetState> {
    return await readFleetState(this.#prisma);
  }

  async agents(): Promise<FleetAgent[]> {
    return await readFleetAgents(this.#prisma);
  }

  /** By what a ring is healthy now. */
  async limits(patience: Patience = {}): Promise<HealthLimits> {
    return healthLimits((await this.plan()).settings.values(), patience);
  }

  /** One for each kind. */
  async tracks(nowEpochMs: number, patience: Patience = {}): Promise<FleetTrack[]> {
    const { state, settings } = await this.plan();
    const agents = await this.agents();
    const limits = healthLimits(settings.values(), patience);
    return rolloutKinds.map((kind) => {
      const track: Track<number | string | null> = state[kind];
      return { kind, ...track, rings: ringHealth(kind, track, agents, limits, nowEpochMs) };
    });
  }

  /** Newest first. */
  async revisions(): Promise<ConfigRevision[]> {
    const rows = await this.#prisma.configRevision.findMany({ orderBy: { revision: "desc" } });
    return rows.map(({ revision, settings, madeAt, madeBy, reason }) => ({
      ...{ revision, madeBy, reason, madeAtEpochMs: madeAt.getTime() },
      settings: agentSettingsSchema.parse(settings),
    }));
  }
}
