import { connectPrisma } from "@tapline/adapters/prisma";
import { FleetStore } from "@tapline/adapters/prisma/fleet";
import { connectRedis, TelemetryStream } from "@tapline/adapters/redis";
import type { AgentReport } from "@tapline/core/tap";
import { maxPartsPerList, type ReaderCounter, type TelemetryDelta } from "@tapline/core/telemetry";
import pg from "pg";
import type { Installation } from "../../installation/index.ts";
import type { FloodPlan, FloodReader } from "./plan.ts";

/** As agents do: one that is silent for three times as long is offline, and its readers with it. */
const reportEveryMs = 60_000;

type Condition = "ready" | "failed";

/** Refused at the beginning, and good ones in the end: 1 of 10 is little enough. */
const goodTaps = 9;

/** Brings trouble on a fleet and ends it, as its agents and the services that serve them would tell of it. */
export class Trouble {
  readonly #plan: FloodPlan;
  readonly #prisma: ReturnType<typeof connectPrisma>;
  readonly #redis: ReturnType<typeof connectRedis>;
  #reporting: NodeJS.Timeout | undefined;
  #agents: Condition = "ready";
  #scout: Condition = "failed";

  constructor({ tlsEnvironment: { DATABASE_URL = "", REDIS_URL = "" } }: Installation, plan: FloodPlan) {
    this.#plan = plan;
    this.#prisma = connectPrisma(DATABASE_URL);
    this.#redis = connectRedis(REDIS_URL, () => undefined);
  }

  /** Puts the agents at their sites, each well but the scout. */
  async settle(databaseUrl: string): Promise<void> {
    const { agents, scout } = this.#plan;
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      const rows = JSON.stringify([...agents, scout]);
      await client.query(
        "INSERT INTO agent (id, site) SELECT agent, site FROM jsonb_to_recordset($1) AS told (agent text, site text)",
        [rows],
      );
    } finally {
      await client.end();
    }
    await this.#report();
    this.#reporting = setInterval(() => {
      // Who misses one reports again.
      this.#report().catch(() => undefined);
    }, reportEveryMs);
  }

  /** All at once. */
  async begin(): Promise<void> {
    this.#agents = "failed";
    await Promise.all([this.#report(), this.#count("tap.rejected", 1)]);
  }

  /** All at once. */
  async end(): Promise<void> {
    this.#agents = "ready";
    this.#scout = "ready";
    await Promise.all([this.#report(), this.#count("tap.archived", goodTaps)]);
  }

  async close(): Promise<void> {
    clearInterval(this.#reporting);
    this.#redis.disconnect();
    await this.#prisma.$disconnect();
  }

  /** All agents in one statement. */
  async #report(): Promise<void> {
    const { agents, scout } = this.#plan;
    const seenAtEpochMs = Date.now();
    const report = reportOf(this.#agents, seenAtEpochMs);
    await new FleetStore(this.#prisma).keepReports([
      ...agents.map(({ agent }) => ({ agent, report, seenAtEpochMs })),
      { agent: scout.agent, report: reportOf(this.#scout, seenAtEpochMs), seenAtEpochMs },
    ]);
  }

  async #count(name: ReaderCounter, times: number): Promise<void> {
    const stream = new TelemetryStream(this.#redis);
    const { readers } = this.#plan;
    const deltas: Promise<void>[] = [];
    for (let start = 0; start < readers.length; start += maxPartsPerList)
      deltas.push(stream.report(deltaOf(name, times, readers.slice(start, start + maxPartsPerList))));
    await Promise.all(deltas);
  }
}

function reportOf(condition: Condition, atEpochMs: number): AgentReport {
  return {
    ...{ version: "1.0.0", platform: "linux-x64", startedAtEpochMs: atEpochMs, configRevision: 0 },
    ...{ link: "grpc", clockSkewMs: 0, paused: null, certificateEndsAtEpochMs: null },
    outbox: { epoch: 1, nextSeq: 0, taps: 0, bytes: 0, oldestAgeMs: 0 },
    readers: { [condition]: 1 },
  };
}

/** Counts by reader alone: what all of the installation has taken stays what it has. */
function deltaOf(name: ReaderCounter, times: number, readers: readonly FloodReader[]): TelemetryDelta {
  const list = readers.map(({ agent, reader }): [string, string, number] => [agent, reader, times]);
  return {
    ...{ instance: "flood", atEpochMs: Date.now(), counters: {}, rejects: {}, histograms: {} },
    parts: { readers: { [name]: list }, agents: {}, archives: {}, agentTimes: {} },
  };
}
