import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectPrisma } from "@tapline/adapters/prisma";
import { AlertChannelsDesk, AlertDesk, AlertRulesDesk } from "@tapline/adapters/prisma/alerts";
import { alertKeys, connectRedis, TelemetryStream } from "@tapline/adapters/redis";
import {
  alertChannelsFormat,
  alertRulesFormat,
  parseAlertChannels,
  parseAlertRules,
} from "@tapline/core/alerts";
import { ofType, startChild } from "../child.ts";
import { baseEnvironment } from "../installation/index.ts";
import { nowMs } from "../site/now-ms.ts";
import type { Stores } from "../site/start-stores.ts";

/** The service that watches, as it runs in production, with a rule that each agent breaches by its first refused tap. */
export type Breaches = {
  /** Writes what a worker would report of a tap that it refused. @returns when it was handed to Redis, by `nowMs` */
  readonly breach: (agent: string) => Promise<number>;
  /** Breaches so many times, so far apart that they meet no beat of their surroundings. @returns when each began, by agent */
  readonly breachAll: (agents: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Which agents have an alert in PostgreSQL, one entry for each alert. */
  readonly recorded: () => Promise<string[]>;
  readonly stop: () => Promise<void>;
};

const rules = parseAlertRules({
  format: alertRulesFormat,
  version: 1,
  rules: [
    {
      ...{ id: "taps-refused", kpi: "taps.rejected_per_minute", per: "agent", severity: "critical" },
      condition: { kind: "threshold", limit: { above: 0 } },
      ...{
        message: "Agent {agent} hands in taps that are refused: {value}",
        runbook: "docs/runbooks.md#rejects",
      },
      routing: [{ channels: ["receiver"] }],
      card: {
        ...{
          cause: "A tracker or a reader is broken, or somebody tries something.",
          respondWithinMinutes: 30,
        },
        consequence: "What that tracker had to say goes into quarantine.",
        action: "Look into quarantine why they were refused.",
      },
    },
  ],
});

const by = { actor: { kind: "job", id: "bench" }, reason: "a bench" } as const;
const beginWithinMs = 60_000;
const signEveryMs = 1_000;
const secretName = "receiver-key";
/** Breaches and messages come so far apart, ms, and up to half of it more, by chance: frames of a browser have a beat. */
const everyMs = 100;

/** @param webhookUrl where to tell of alerts; null: nobody is told but consoles */
export async function startBreaches(stores: Stores, webhookUrl: string | null): Promise<Breaches> {
  const secrets = join(stores.dir, "secrets");
  await mkdir(secrets);
  await writeFile(join(secrets, secretName), `whsec_${Buffer.alloc(32, 7).toString("base64")}`);
  const prisma = connectPrisma(stores.databaseUrl);
  await new AlertRulesDesk(prisma, Date.now).release(rules, { ...by, traceId: null });
  await new AlertChannelsDesk(prisma, Date.now).release(channelsTo(webhookUrl), { ...by, traceId: null });
  const redis = connectRedis(stores.redisUrl, () => undefined);
  const telemetry = new TelemetryStream(redis);
  const report = async (agent: string | null): Promise<void> =>
    await telemetry.report({
      ...{ instance: "bench", atEpochMs: Date.now(), histograms: {} },
      counters: agent === null ? {} : { "tap.rejected": 1 },
      rejects: agent === null ? {} : { "bad-signature": 1 },
      ...(agent === null ? {} : { parts: partsOf(agent) }),
      // Services of which nobody hears are unknown, and so are their figures.
      sign: { roles: ["ingest", "buffer", "validation", "encryption", "transfer"], awayArchives: [] },
    });
  const signing = setInterval(() => void report(null).catch(() => undefined), signEveryMs);
  // Beside it the service that tells consoles how things stand: without it they would show themselves as stale.
  const workers = ["alerts", "kpi"].map((role) =>
    startChild("../../apps/worker/src/main.ts", import.meta.url, {
      ...baseEnvironment(),
      ...{ NODE_ENV: "production", LOG_LEVEL: "error", ROLE: role },
      ...{ DATABASE_URL: stores.servicesUrl, REDIS_URL: stores.redisUrl },
      ...{ TAPLINE_ALERT_SECRETS: secrets, TAPLINE_ALERT_NETWORKS: "127.0.0.0/8" },
    }),
  );
  const stop = async (): Promise<void> => {
    clearInterval(signing);
    await Promise.all(workers.map((worker) => worker.stop()));
    redis.disconnect();
    await prisma.$disconnect();
  };
  const breach = async (agent: string): Promise<number> => {
    const atMs = nowMs();
    await report(agent);
    return atMs;
  };
  try {
    await Promise.all(workers.map((worker) => worker.next(ofType("ready"))));
    const end = Date.now() + beginWithinMs;
    // With its first cursor all counts.
    while ((await redis.exists(alertKeys.cursor)) === 0) {
      if (Date.now() > end) throw new Error("nobody has begun to watch for alerts");
      await sleep(50);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    ...{ breach, stop },
    breachAll: (agents) => inTurn(agents, breach),
    recorded: async () => (await new AlertDesk(prisma).open()).map(({ scope }) => scope.agent ?? ""),
  };
}

/** Calls `begin` with one name after the other, apart. @returns what it answered, by name */
export async function inTurn(
  names: readonly string[],
  begin: (name: string) => number | Promise<number>,
): Promise<ReadonlyMap<string, number>> {
  const begun = new Map<string, number>();
  for (const name of names) {
    begun.set(name, await begin(name));
    await sleep(everyMs * (1 + Math.random() / 2));
  }
  return begun;
}

function channelsTo(url: string | null) {
  const receiver = { kind: "webhook", name: "receiver", url, key: { secret: secretName }, tells: ["call"] };
  return parseAlertChannels({
    format: alertChannelsFormat,
    channels: url === null ? [] : [receiver],
    policies: [],
    schedules: [],
  });
}

function partsOf(agent: string) {
  const readers: [string, string, number][] = [[agent, "desk", 1]];
  return { readers: { "tap.rejected": readers }, agents: {}, archives: {}, agentTimes: {} };
}
