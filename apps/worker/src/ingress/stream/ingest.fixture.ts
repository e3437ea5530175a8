import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RefusedAct } from "@tapline/adapters/prisma";
import { CreditBook, connectRedis, DoorNews, SegmentBuffer } from "@tapline/adapters/redis";
import type { OpenSegment } from "@tapline/core/buffer";
import { issueHierarchy } from "@tapline/core/encryption";
import type { AgentDirective, AgentReport, LogWanted, Verdict } from "@tapline/core/tap";
import { ServedRequests, TelemetryRecorder } from "@tapline/core/telemetry";
import type { CreditLimits } from "@tapline/core/validation";
import type { Redis } from "ioredis";
import { pino } from "pino";
import { ownRedis, temporaryFolder } from "../../../../../tools/test-servers/index.ts";
import { type RunningIngest, startIngest } from "../../roles/ingest.ts";
import { EnrolmentDesk } from "../enrolment/enrolment-desk.ts";
import type { LogPort } from "../log-desk.ts";
import { openStream } from "./stream.fixture.ts";

const noRegistry = (): Promise<never> => Promise.reject(new Error("there is no registry here"));
const noEnrolment = {
  issuer: null,
  registry: { agentOfToken: noRegistry, enrol: noRegistry, renew: noRegistry },
  refusals: { note: async () => true },
  lifetimeMs: 0,
};

const usualLimits: CreditLimits = { tapsPerSecond: 5_000, windowTaps: 50_000, maxBytes: 256 * 1024 * 1024 };

/** What a test says of agents and fleet, and is told of them. */
function newState() {
  return {
    revoked: new Set<string>(),
    known: true,
    /** How far the door's clock is ahead, ms. */
    aheadMs: 0,
    reports: [] as { agent: string; report: AgentReport }[],
    directives: new Map<string, AgentDirective>(),
    /** What agents are asked for, and what they told. */
    logsWanted: new Map<string, LogWanted>(),
    logsTold: [] as { agent: string; log: Parameters<LogPort["told"]>[1] }[],
    /** What was to be written down of who was turned away. */
    turnedAway: [] as RefusedAct[],
  };
}

/** Redis, keys on disk, and doors on top of them; who stands how, and what the fleet wants, says the test. */
export async function setUpIngest(agents: readonly string[]) {
  const [server, dir] = await Promise.all([ownRedis(), temporaryFolder()]);
  const files = await issueHierarchy({ nowEpochMs: Date.now(), organisation: "Test", agents, hosts: [] });
  const path = (name: string): string => join(dir, name);
  for (const [name, { pem }] of Object.entries(files)) await writeFile(path(name), pem);
  const redis = connectRedis(server.url, () => undefined);
  const buffer = new SegmentBuffer(redis);
  const onStanding: (() => void)[] = [];
  const onFleet: (() => void)[] = [];
  const state = newState();
  const pem = (name: string): string => files[name]?.pem ?? "";
  return {
    ...{ redis, buffer, files },
    state,
    pem,
    tellStanding: () => onStanding.forEach((tell) => void tell()),
    tellFleet: () => onFleet.forEach((tell) => void tell()),
    start: async (changes: Partial<CreditLimits> = {}): Promise<RunningIngest> => {
      const limits = { ...usualLimits, ...changes };
      const [subscriber, own] = [0, 0].map(() => connectRedis(server.url, () => undefined)) as [Redis, Redis];
      const role = await startIngest({
        settings: {
          host: "127.0.0.1",
          ...{ port: 0, streamPort: 0, partitions: 1 },
          cert: path("server.crt"),
          key: path("server.key"),
          agentCa: path("agents.crt"),
        },
        buffer: new SegmentBuffer(own, limits),
        creditBook: new CreditBook(own, limits, randomUUID()),
        doorNews: new DoorNews(own),
        ...{ subscriber, served: new ServedRequests() },
        standing: {
          refusal: (agent) => (!state.known ? "unknown-yet" : state.revoked.has(agent) ? "revoked" : null),
          onChange: (callback) => void onStanding.push(callback),
        },
        refusals: { note: async (act) => state.turnedAway.push(act) > 0 },
        fleet: {
          report: (agent, report) => void state.reports.push({ agent, report }),
          directiveOf: (agent) => state.directives.get(agent) ?? null,
          onChange: (callback) => void onFleet.push(callback),
        },
        logs: {
          wantedOf: (agent) => state.logsWanted.get(agent) ?? null,
          told: (agent, log) => void state.logsTold.push({ agent, log }),
          onChange: (callback) => void onFleet.push(callback),
        },
        enrolment: new EnrolmentDesk({ ...noEnrolment, clock: Date.now, log: pino({ level: "silent" }) }),
        telemetry: new TelemetryRecorder("test"),
        clock: () => Date.now() + state.aheadMs,
        log: pino({ level: "fatal" }),
      });
      return {
        ...role,
        stop: async (graceMs) => {
          await role.stop(graceMs);
          subscriber.disconnect();
          own.disconnect();
        },
      };
    },
    open: (agent: string, port: number, options?: Record<string, number>) => {
      const [cert, key] = [pem(`agent-${agent}.crt`), pem(`agent-${agent}.key`)];
      return openStream(port, { ca: pem("root.crt"), cert, key }, options);
    },
    archive: () => archive(buffer),
    end: async (): Promise<void> => {
      redis.disconnect();
      await server.stop();
    },
  };
}

export type TestIngest = Awaited<ReturnType<typeof setUpIngest>>;

/** Does what the stages do in the end: cuts what is there and gives each tap its receipt. */
async function archive(buffer: SegmentBuffer): Promise<OpenSegment | null> {
  const id = randomUUID();
  if ((await buffer.cut(id, Date.now())) === null) return null;
  const segment = await buffer.find(id);
  if (segment === null) return null;
  const { taps, entries } = await buffer.read(segment);
  const byAgent = Map.groupBy(taps, ({ agent }) => agent);
  const receipts = [...byAgent].map(([agent, theirs]) => ({
    agent,
    waitsFor: null,
    receipt: {
      epoch: theirs[0]?.epoch ?? 0,
      level: "archived" as const,
      atEpochMs: Date.now(),
      verdicts: theirs.map(({ seq }): Verdict => ({ seq, verdict: "archived", segment: id })),
    },
  }));
  await buffer.finish(segment, entries, receipts);
  return segment;
}
