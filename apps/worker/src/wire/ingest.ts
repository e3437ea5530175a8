import { randomUUID } from "node:crypto";
import { AgentDirectory, AgentRegistry, RefusedActs } from "@tapline/adapters/prisma";
import { FleetStore } from "@tapline/adapters/prisma/fleet";
import { AgentLogs, AgentNews, Ceilings, CreditBook, ceilingHoldsMs } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import { startAgentStanding } from "../ingress/agent-standing.ts";
import { EnrolmentDesk } from "../ingress/enrolment/enrolment-desk.ts";
import { startFleetMemory } from "../ingress/fleet-memory.ts";
import { startLogDesk } from "../ingress/log-desk.ts";
import { readAgentsAuthority } from "../pki.ts";
import { need } from "../read-setting.ts";
import { declareCeiling } from "../roles/declare-ceiling.ts";
import { type RunningIngest, startIngest } from "../roles/ingest.ts";
import { bufferMaxBytes, type Parts } from "./parts.ts";

export async function openIngest(parts: Parts): Promise<RunningIngest> {
  const { config } = parts;
  const subscriber = parts.connect();
  const agents = await openAgents({ ...parts, subscriber });
  const fleet = startFleetMemory({ ...parts, store: new FleetStore(parts.prisma) });
  const logs = startLogDesk({ ...parts, logs: new AgentLogs(parts.redis, parts.clock) });
  const limits = {
    tapsPerSecond: config.TAPLINE_AGENT_TAPS_PER_SECOND,
    windowTaps: config.TAPLINE_CREDIT_WINDOW_TAPS,
    maxBytes: bufferMaxBytes(config),
  };
  const role = await startIngest({
    ...parts,
    subscriber,
    creditBook: parts.instrument(
      "credits",
      new CreditBook(parts.redis, limits, `${parts.instance}/${randomUUID()}`, {
        ...{ refusedPerDay: parts.refusedQuota.perDay, partitions: config.TAPLINE_PARTITIONS },
      }),
    ),
    ...agents,
    ...{ fleet, logs },
    settings: {
      host: config.TAPLINE_INGEST_HOST,
      port: config.TAPLINE_INGEST_PORT,
      partitions: config.TAPLINE_PARTITIONS,
      streamPort: config.TAPLINE_STREAM_PORT,
      cert: need(config.TAPLINE_INGEST_CERT, "TAPLINE_INGEST_CERT", "ingest"),
      key: need(config.TAPLINE_INGEST_KEY, "TAPLINE_INGEST_KEY", "ingest"),
      agentCa: need(config.TAPLINE_AGENT_CA, "TAPLINE_AGENT_CA", "ingest"),
    },
  });
  const ceiling = declareCeiling({
    ...{ ...parts, ceilings: new Ceilings(parts.redis) },
    ...{ maxBytes: limits.maxBytes, holdsMs: ceilingHoldsMs },
  });
  return {
    ...role,
    stop: async (graceMs) => {
      await ceiling.stop(graceMs);
      await role.stop(graceMs);
      await Promise.all([fleet.stop(graceMs), logs.stop(graceMs)]);
      await agents.standing.stop(graceMs);
      subscriber.disconnect();
    },
  };
}

/** The registry of agents: who may come in, and who is made to be one. */
async function openAgents({ config, prisma, redis, subscriber, clock, log }: Parts & { subscriber: Redis }) {
  const news = new AgentNews(redis);
  const standing = await startAgentStanding({
    directory: new AgentDirectory(prisma, clock),
    subscribe: (onNews) => news.subscribe(subscriber, onNews),
    log,
  });
  const enrolment = new EnrolmentDesk({
    issuer: await readAgentsAuthority(config),
    registry: new AgentRegistry(prisma, clock, () => news.publish()),
    refusals: new RefusedActs(prisma, clock),
    lifetimeMs: config.TAPLINE_AGENT_CERT_DAYS * 24 * 3_600_000,
    clock,
    log,
  });
  // Counted apart: who needs no certificate to be refused leaves room for those whose certificate is taken no longer.
  return { standing, enrolment, refusals: new RefusedActs(prisma, clock) };
}
