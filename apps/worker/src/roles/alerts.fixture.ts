import { connectPrisma } from "@tapline/adapters/prisma";
import { AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { alertKeys, connectRedis, TelemetryStream, telemetryKeys } from "@tapline/adapters/redis";
import { AlertStreams } from "@tapline/adapters/redis/live";
import { type Alert, type AlertNews, type AlertRules, alertRulesSchema } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import type { KpiReadings } from "@tapline/core/kpi";
import type { TelemetryDelta } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { freshDatabase } from "../../../../tools/test-servers/index.ts";
import { killableRedis } from "../killable-redis.fixture.ts";
import { until } from "../path.fixture.ts";
import { startAlerts } from "./alerts.ts";
import type { Role } from "./role.ts";

/** How the database behaves towards those who watch. */
export type DatabaseState = "answers" | "away" | "hangs";

const card = { cause: "many", consequence: "none", action: "look", respondWithinMinutes: 5 };

export const rule = (id: string, kpi: string, above: number, per = "all", changes: object = {}) => ({
  ...{ id, kpi, per, condition: { kind: "threshold", limit: { above } } },
  ...{ severity: "warning", message: "{value} come in", runbook: "docs/runbooks.md#busy", card },
  ...changes,
});
export const rulesOf = (version: number, some: readonly object[]): AlertRules =>
  alertRulesSchema.parse({ format: "tapline-alert-rules/1", version, rules: some });

/** Breached while more than 10 taps/s come in. */
export const busyRules = rulesOf(1, [rule("busy", "taps.in_per_second", 10)]);

/** A Redis and a database of a test's own, in which any number of processes watch. */
export async function openAlerts(): Promise<TestAlerts> {
  return new TestAlerts(await killableRedis(), connectPrisma(await freshDatabase()));
}

export class TestAlerts {
  readonly server: Awaited<ReturnType<typeof killableRedis>>;
  readonly prisma: ReturnType<typeof connectPrisma>;
  readonly redis: Redis;
  readonly desk: AlertDesk;
  /** What those who watch log, from warnings on. */
  readonly lines: string[] = [];
  /** How the database behaves towards those who watch. */
  database: DatabaseState = "answers";
  /** How far the clock of Redis was set ahead, ms. */
  setByMs = 0;
  /** What the stores say of levels. */
  stores: () => Promise<KpiReadings> = async () => ({});
  readonly #running: { role: Role; die: () => void }[] = [];
  readonly #alive: NodeJS.Timeout;

  constructor(server: TestAlerts["server"], prisma: TestAlerts["prisma"]) {
    this.server = server;
    this.prisma = prisma;
    this.redis = connectRedis(server.redis.url, () => undefined);
    const streams = new AlertStreams(this.redis);
    this.desk = new AlertDesk(prisma, (alert) => streams.publish([alert], true));
    // A door that is silent for 6 s makes its figures unknown, and a busy machine takes as long for one test's step.
    this.#alive = setInterval(() => void this.report().catch(() => undefined), 1_000);
  }

  /** A process that watches, which can die without a word. */
  start(firstRules = busyRules): { role: Role; die: () => void } {
    const connections: Redis[] = [];
    let isDead = false;
    const connect = () => {
      const made = connectRedis(this.server.redis.url, () => undefined);
      connections.push(made);
      return made;
    };
    const own = connect();
    const stream = new TelemetryStream(own);
    const { desk } = this;
    const rules = new AlertRulesDesk(this.prisma, Date.now);
    const asked = <Answer>(ask: () => Promise<Answer>) => this.#answer(isDead, ask);
    const role = startAlerts({
      telemetry: {
        read: (after) => stream.read(after),
        newest: () => stream.newest(),
        now: async () => (await stream.now()) + this.setByMs,
      },
      telemetryOn: (connection) => new TelemetryStream(connection),
      connect,
      streams: new AlertStreams(own),
      desk: {
        write: (writes) => asked(() => desk.write(writes)),
        open: () => asked(() => desk.open()),
        openOf: (key) => asked(() => desk.openOf(key)),
        find: (id) => asked(() => desk.find(id)),
      },
      rules: { activeOrFirst: (first) => asked(() => rules.activeOrFirst(first)) },
      firstRules,
      readings: () => this.stores(),
      spans: new KpiSpans(this.prisma),
      log: pino({ level: "warn" }, { write: (line) => void this.lines.push(line) }),
    });
    const die = () => {
      isDead = true;
      for (const connection of connections) connection.disconnect();
    };
    this.#running.push({ role, die });
    return { role, die };
  }

  /** A sign of life of the door, and so many taps that came in; over the limit for 5 s where they are more than 50. */
  async report(taps?: number): Promise<void> {
    const delta: TelemetryDelta = {
      instance: "door-1",
      atEpochMs: Date.now(),
      counters: taps === undefined ? {} : { "tap.ingested": taps },
      rejects: {},
      histograms: {},
      sign: { roles: ["ingest"], awayArchives: [] },
    };
    if (this.setByMs === 0) return await new TelemetryStream(this.redis).report(delta);
    const id = `${(await new TelemetryStream(this.redis).now()) + this.setByMs}-*`;
    await this.redis.xadd(telemetryKeys.deltas, id, "j", JSON.stringify(delta));
  }

  /** All alerts as `rule state occurrences`, the newest first. */
  async states(): Promise<string[]> {
    const { alerts } = await this.desk.list({}, 100);
    return alerts.map(({ ruleId, state, occurrences }) => `${ruleId} ${state} ${occurrences}`);
  }

  async becomes(...wanted: string[]): Promise<void> {
    await until(wanted.join(), async () => (await this.states()).join() === wanted.join(), 30_000);
  }

  async news(): Promise<AlertNews[]> {
    const entries = await this.redis.xrange(alertKeys.live, "-", "+");
    return entries.map(([, fields]) => JSON.parse(fields[1] ?? "") as AlertNews);
  }

  async isWatched(): Promise<void> {
    await until("somebody watches", async () => (await this.redis.get(alertKeys.cursor)) !== null, 30_000);
  }

  async raised(): Promise<Alert> {
    await this.report(200);
    await this.becomes("busy active-unacknowledged 1");
    return (await this.desk.open())[0] as Alert;
  }

  async end(): Promise<void> {
    clearInterval(this.#alive);
    for (const { die } of this.#running) die();
    await Promise.allSettled(this.#running.map(({ role }) => role.stop(100)));
    this.redis.disconnect();
    await this.prisma.$disconnect();
    await this.server.stop();
  }

  async #answer<Answer>(isDead: boolean, ask: () => Promise<Answer>): Promise<Answer> {
    if (isDead || this.database === "away")
      throw new TaplineError("unavailable", "PostgreSQL does not answer");
    if (this.database === "hangs") return await new Promise<never>(() => undefined);
    return await ask();
  }
}
