import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import type { RefusedActs } from "@tapline/adapters/prisma";
import type { CreditBook, DoorNews, SegmentBuffer } from "@tapline/adapters/redis";
import type { ServedRequests, TelemetryRecorder } from "@tapline/core/telemetry";
import type { FastifyBaseLogger } from "fastify";
import type { Redis } from "ioredis";
import { BodyRate } from "../ingress/body-rate.ts";
import { CreditDesk } from "../ingress/credits/credit-desk.ts";
import { CreditStocks } from "../ingress/credits/credit-stocks.ts";
import { Doors } from "../ingress/doors.ts";
import type { EnrolmentDesk } from "../ingress/enrolment/enrolment-desk.ts";
import { EpochLimits } from "../ingress/epoch-limits.ts";
import type { FleetPort } from "../ingress/fleet.ts";
import { HandedConnections } from "../ingress/handed-connections.ts";
import { keptConnections } from "../ingress/kept-connections.ts";
import type { LogPort } from "../ingress/log-desk.ts";
import { ReceiptWaiters } from "../ingress/receipt-waiters.ts";
import { createIngress } from "../ingress/server.ts";
import type { AgentStanding } from "../ingress/standing.ts";
import { AgentStreams } from "../ingress/stream/agent-streams.ts";
import { createStreamServer } from "../ingress/stream/create-stream-server.ts";
import { countDeliveries } from "../ingress/taken-counts.ts";
import { TurnedAway } from "../ingress/turned-away.ts";
import type { Role } from "./role.ts";

export type IngestSettings = {
  readonly host: string;
  readonly port: number;
  readonly streamPort: number;
  /** How many the buffer has. */
  readonly partitions: number;
  /** PEM paths. */
  readonly cert: string;
  readonly key: string;
  readonly agentCa: string;
};

export type IngestParts = {
  readonly settings: IngestSettings;
  readonly buffer: SegmentBuffer;
  readonly creditBook: CreditBook;
  readonly doorNews: DoorNews;
  /** A connection for subscriptions. */
  readonly subscriber: Redis;
  readonly standing: AgentStanding;
  readonly refusals: Pick<RefusedActs, "note">;
  readonly enrolment: EnrolmentDesk;
  readonly fleet: FleetPort;
  readonly logs: LogPort;
  readonly telemetry: TelemetryRecorder;
  readonly served: ServedRequests;
  readonly clock: () => number;
  readonly log: FastifyBaseLogger;
};

/** Each has up to a segment's taps, so an answer stays near a mebibyte, and a message below two. */
const receiptsPerAnswer = 8;
const receiptsPerMessage = 4;

/** How long the end waits for Redis, ms. */
const leaveWithinMs = 300;

export type RunningIngest = Role & {
  readonly port: number;
  readonly streamPort: number;
  /** Agents that have a stream here now. */
  readonly streams: () => number;
  /** Asks agents to go to other doors, one by one within `overMs`, and serves on. */
  readonly leadAway: (overMs: number) => void;
};

/** The ingest service: opens the agents' door, for requests and for streams. */
export async function startIngest(parts: IngestParts): Promise<RunningIngest> {
  const { settings, buffer, creditBook, doorNews, telemetry, log } = parts;
  const [cert, key, agentCa] = await Promise.all([
    readFile(settings.cert),
    readFile(settings.key),
    readFile(settings.agentCa),
  ]);
  const waiters = new ReceiptWaiters();
  const desk = new CreditDesk(creditBook, (err) => log.warn({ err }, "credits cannot be asked for"));
  const door = new Doors(settings.partitions, (frame, taps, partition) => {
    desk.spending(taps);
    return buffer.append(frame, taps, creditBook.holder, partition);
  });
  const common = {
    tls: { cert, key, agentCa },
    host: settings.host,
    clock: parts.clock,
    standing: parts.standing,
    turnedAway: new TurnedAway(parts.refusals, parts.clock),
    enrolment: parts.enrolment,
    fleet: parts.fleet,
    logs: parts.logs,
    served: parts.served,
    epochs: new EpochLimits(),
    bodies: new BodyRate(creditBook.limits.tapsPerSecond),
    door,
    credits: new CreditStocks(desk, creditBook.limits.windowTaps),
    generation: () => buffer.generation(),
    ...countDeliveries(telemetry),
  };
  const streams = new AgentStreams({
    ...common,
    log,
    receipts: (agent, after) => buffer.receipts(agent, after, receiptsPerMessage),
    announce: (agent) => doorNews.tellStream(agent, creditBook.holder),
  });
  await listen(parts, { desk, waiters, streams });
  const server = createIngress({
    ...common,
    logger: log,
    waiters,
    receipts: (agent, after) => buffer.receipts(agent, after, receiptsPerAnswer),
  });
  const kept = keptConnections(server.server);
  await server.listen({ host: settings.host, port: settings.port });
  const streaming = await createStreamServer({ ...common, streams, port: settings.streamPort });
  const handed = new HandedConnections({ rest: server.server, stream: streaming.listener });
  return {
    port: (server.server.address() as AddressInfo).port,
    streamPort: streaming.port,
    streams: () => streams.size,
    leadAway: (overMs) => {
      kept.leadAway(overMs);
      streams.leadAway(overMs);
    },
    stop: async (graceMs) => {
      handed.close();
      waiters.wakeAll();
      server.server.closeIdleConnections();
      await Promise.all([
        streaming.stop(graceMs),
        // Its own count knows nothing of those that were handed over.
        server.close().then(() => handed.ended("rest", graceMs)),
      ]);
      handed.leave();
      common.credits.stop();
      // Where Redis is away, the lease gives them back.
      await Promise.race([creditBook.leave().catch(() => undefined), setTimeout(leaveWithinMs)]);
    },
  };
}

/** Hands on what Redis tells: receipts, room for taps, early verdicts, streams elsewhere. */
async function listen(
  { buffer, creditBook, doorNews, subscriber }: IngestParts,
  {
    desk,
    waiters,
    streams,
  }: { readonly desk: CreditDesk; readonly waiters: ReceiptWaiters; readonly streams: AgentStreams },
): Promise<void> {
  subscriber.on("ready", () => {
    // News may have been missed.
    waiters.wakeAll();
    streams.onReceipts(null);
  });
  await buffer.subscribe(subscriber, (agent) => {
    if (agent === "") return desk.wake();
    waiters.wake(agent);
    streams.onReceipts(agent);
  });
  await doorNews.subscribe(subscriber, {
    onVerdicts: (agent, hint) => streams.onVerdicts(agent, hint),
    onStream: (agent, holder) => {
      if (holder !== creditBook.holder) streams.onStreamElsewhere(agent);
    },
  });
}
