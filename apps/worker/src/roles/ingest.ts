import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { CreditBook, SegmentBuffer } from "@tapline/adapters/redis";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import type { FastifyBaseLogger } from "fastify";
import type { Redis } from "ioredis";
import { CreditDesk } from "../ingress/credits/credit-desk.ts";
import { CreditStocks } from "../ingress/credits/credit-stocks.ts";
import { Door } from "../ingress/door.ts";
import type { FleetPort } from "../ingress/fleet.ts";
import { ReceiptWaiters } from "../ingress/receipt-waiters.ts";
import { createIngress, type IngressParts } from "../ingress/server.ts";
import type { AgentStanding } from "../ingress/standing.ts";
import type { Role } from "./role.ts";

export type IngestSettings = {
  readonly host: string;
  readonly port: number;
  /** PEM paths. */
  readonly cert: string;
  readonly key: string;
  readonly agentCa: string;
};

export type IngestParts = {
  readonly settings: IngestSettings;
  readonly buffer: SegmentBuffer;
  readonly creditBook: CreditBook;
  /** A connection for subscriptions. */
  readonly subscriber: Redis;
  readonly standing: AgentStanding;
  readonly fleet: FleetPort;
  readonly telemetry: TelemetryRecorder;
  readonly clock: () => number;
  readonly log: FastifyBaseLogger;
};

/** Each has up to a segment's taps, so an answer stays near a mebibyte. */
const receiptsPerAnswer = 8;

/** The ingest service: opens the agents' door. */
export async function startIngest(parts: IngestParts): Promise<Role & { readonly port: number }> {
  const { settings, buffer, creditBook, telemetry, clock, log } = parts;
  const [cert, key, agentCa] = await Promise.all([
    readFile(settings.cert),
    readFile(settings.key),
    readFile(settings.agentCa),
  ]);
  const waiters = new ReceiptWaiters();
  parts.subscriber.on("ready", () => waiters.wakeAll());
  const desk = new CreditDesk(creditBook, (err) => log.warn({ err }, "credits cannot be asked for"));
  const credits = new CreditStocks(desk, creditBook.limits.windowTaps);
  await buffer.subscribe(parts.subscriber, (agent) => (agent === "" ? desk.wake() : waiters.wake(agent)));
  const door = new Door((frame, taps) => {
    desk.spending(taps);
    return buffer.append(frame, taps, creditBook.holder);
  });
  const server = createIngress({
    tls: { cert, key, agentCa },
    logger: log,
    clock,
    standing: parts.standing,
    fleet: parts.fleet,
    door,
    credits,
    waiters,
    receipts: (agent, after) => buffer.receipts(agent, after, receiptsPerAnswer),
    generation: () => buffer.generation(),
    onTaken: (results, acceptMs) => countTaken(telemetry, results, acceptMs),
  });
  await server.listen({ host: settings.host, port: settings.port });
  return {
    port: (server.server.address() as AddressInfo).port,
    stop: async () => {
      waiters.wakeAll();
      server.server.closeIdleConnections();
      await server.close();
      credits.stop();
      await creditBook.leave();
    },
  };
}

function countTaken(
  telemetry: TelemetryRecorder,
  results: Parameters<IngressParts["onTaken"]>[0],
  acceptMs: number,
): void {
  const taken = results.filter((result) => result.status === 202).length;
  telemetry.count("tap.ingested", taken);
  telemetry.count("tap.refused_at_door", results.length - taken);
  telemetry.time("ingest.accept_ms", acceptMs);
}
