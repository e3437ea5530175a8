import { randomBytes } from "node:crypto";
import { DeliveryQueue, ProofQueue, SegmentQueues } from "@tapline/adapters/bullmq";
import { RingReadings } from "@tapline/adapters/keys";
import {
  AgentLogs,
  AgentNews,
  alertQueuePrefix,
  Ceilings,
  CreditBook,
  Cutters,
  connectRedis,
  DoorNews,
  ForecastLog,
  MemoryWatch,
  partitionKeys,
  queuePrefix,
  RefusedQuota,
  SegmentBuffer,
  SegmentShares,
  ServicesReports,
  StageEvidence,
  TapLedger,
  TapsUnderWay,
  TelemetryStream,
  WishBoard,
} from "@tapline/adapters/redis";
import { AlertStreams, KpiStreams } from "@tapline/adapters/redis/live";
import { encodeFrame, segmentId } from "@tapline/core/buffer";
import type { Receipt } from "@tapline/core/tap";
import { type TelemetryDelta, TelemetryRecorder } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { asRedisUser, refusedToUsers } from "../../../tools/redis/index.ts";
import { ownRedis, ownRedisCluster } from "../../../tools/test-servers/index.ts";
import { admitUsers } from "./redis-users.fixture.ts";

type Service = Parameters<typeof asRedisUser>[1];

const [password, partitions, life] = ["secret", 2, "life-1"];
let server: Awaited<ReturnType<typeof ownRedis>>;
let administrator: Redis;
const connections: Redis[] = [];

/** A connection of that service, whose user may what its table says. */
function as(service: Service): Redis {
  const redis = connectRedis(asRedisUser(server.url, service, password), () => undefined);
  connections.push(redis);
  return redis;
}
const buffer = (service: Service) => new SegmentBuffer(as(service), { partitions });
const queues = (service: Service) => new SegmentQueues(as(service), queuePrefix);

beforeAll(async () => {
  server = await ownRedis();
  administrator = connectRedis(server.url, () => undefined);
  await admitUsers(administrator, password);
});
beforeEach(async () => {
  await administrator.flushall();
  await buffer("buffer").openGeneration(life);
});
afterEach(async () => expect(await refusedToUsers(administrator)).toEqual([]));
afterAll(async () => {
  for (const redis of [...connections, administrator]) redis.disconnect();
  await server.stop();
});

const tap = (seq: number) => ({
  ...{ agent: "gate-1", epoch: 1, seq, reader: "r", readAtEpochMs: 1, ingestedAtEpochMs: 2 },
  ...{ traceparent: "", payload: Buffer.alloc(9) },
});
const claim = { tracker: "t", trackerEpoch: 1, trackerSeq: 1, digest: "d", owner: "gate-1/1/1" };
const rate = { tapsPerHour: 3_600, burstTaps: 10 };
const ended = { process: "w" } as unknown as TelemetryDelta;
const limits = { tapsPerSecond: 5_000, windowTaps: 2_000, maxBytes: 256 * 1024 * 1024 };
const receipt: Receipt = {
  ...{ epoch: 1, level: "archived", atEpochMs: 1 },
  verdicts: [{ seq: 1, verdict: "duplicate", segment: "s" }],
};

async function taken(partition: number): Promise<string> {
  await buffer("ingest").append(encodeFrame([tap(1)]), 1, "door", partition);
  const id = segmentId(Date.now(), randomBytes, partition);
  expect(await buffer("buffer").cut(id, 1)).not.toBeNull();
  return id;
}

test("the buffer opens, keeps and ends its lives, and says how it stands", async () => {
  const redis = as("buffer");
  const own = new SegmentBuffer(redis, { partitions });
  await own.endLife(life);
  await own.openGeneration("life-0");
  await new SegmentShares(as("noops")).set("validation", { greenPercent: 50, watch: null }, 1);
  await own.keepLife("life-0");
  await own.endLife("life-0");
  await new TapLedger(redis).forgetLife("life-0");
  await own.openGeneration(life);
  const [cutters, memory] = [new Cutters(redis, partitions), new MemoryWatch(redis)];
  await cutters.join("a");
  await cutters.leave("a");
  await memory.shut(await memory.read(), 1_000);
  await memory.isShut();
  await memory.open();
  await own.subscribe(as("buffer"), () => undefined);
});

test("a door gives credits, takes taps, and tells agents, console and other doors", async () => {
  const redis = as("ingest");
  const credits = new CreditBook(redis, limits, "door", { partitions, refusedPerDay: 9 });
  await credits.ask(0, [{ agent: "gate-1", kind: "some", taps: 9 }]);
  await new Ceilings(redis).declare({ process: "door", maxBytes: 1 });
  for (const partition of [0, 1]) await taken(partition);
  await buffer("ingest").receipts("gate-1", "0", 9);
  await buffer("ingest").subscribe(as("ingest"), () => undefined);
  const news = new DoorNews(redis);
  await news.subscribe(as("ingest"), { onVerdicts: () => undefined, onStream: () => undefined });
  await news.tellStream("gate-1", "door");
  await new AgentNews(redis).subscribe(as("ingest"), () => undefined);
  await new AgentNews(redis).publish();
  const logs = new AgentLogs(redis, Date.now);
  const id = "018f3a2b-0000-7000-8000-000000000001";
  await new AgentLogs(as("web"), Date.now).ask("gate-1", {
    id,
    lines: 9,
    askedAtEpochMs: Date.now(),
    by: "p",
  });
  await logs.asked();
  await logs.tell("gate-1", { is: "unable", id, atEpochMs: Date.now() });
  await credits.leave();
});

test.each([0, 1])(
  "a segment of partition %i goes through its stages, tried again, compared and taken back",
  async (partition) => {
    const id = await taken(partition);
    const [validating, encrypting, transferring] = [as("validation"), as("encryption"), as("transfer")];
    const [validation, encryption, transfer] = [validating, encrypting, transferring].map(
      (redis) => new SegmentBuffer(redis, { partitions }),
    ) as [SegmentBuffer, SegmentBuffer, SegmentBuffer];
    await validation.read((await validation.find(id))!);
    await validation.noteFailure(id);
    const ledger = new TapLedger(validating);
    const asked = { segment: id, generation: life, claims: [claim], rate };
    const [answer] = await ledger.claim({ ...asked, leases: new Map() });
    const token = answer?.is === "ask" ? answer.token : "";
    await ledger.renew(life, new Map([["t", { token, highest: new Map() }]]));
    await ledger.claim({ ...asked, leases: new Map([["t", { token, highest: new Map([[1, 0]]) }]]) });
    const quota = new Map([["gate-1", { counts: 1, countsOver: 1 }]]);
    await new RefusedQuota(validating, 9).count(id, quota);
    await new DoorNews(validating).tellVerdicts(
      new Map([["gate-1", [{ epoch: 1, accepted: [1], duplicate: [], rejected: [] }]]]),
    );
    for (const redis of [validating, encrypting, transferring]) {
      await new SegmentShares(redis).keepCandidate(id, "validation", "x");
      await new StageEvidence(redis).note("validation", "green", "w", { attempts: 1, tookMs: 1 });
    }
    await validation.keepVerdicts(id, [{ is: "accepted" }], "encryption");
    await encryption.read((await encryption.find(id))!);
    await encryption.verdicts(id);
    await encryption.noteFailure(id);
    const part = Buffer.from("x");
    const sealed = { object: part, manifest: part, signature: part };
    await encryption.keepSealed(id, sealed);
    const digests = (await transfer.sealed(id))!;
    await transfer.discardSealed(id, digests);
    await encryption.keepSealed(id, sealed);
    const segment = (await transfer.find(id))!;
    await transfer.noteFailure(id);
    await new RefusedQuota(transferring, 9).count(id, quota);
    await new TapLedger(transferring).release(id, life, [claim]);
    const waiting = await taken(1 - partition);
    const receipts = [waiting, null].map((waitsFor) => ({ agent: "gate-1", waitsFor, receipt }));
    await transfer.finish(segment, (await transfer.read(segment)).entries, receipts, ended);
    const last = (await transfer.find(waiting))!;
    await transfer.finish(last, (await transfer.read(last)).entries, [], ended);
    const [credits, replays] = [new CreditBook(transferring, limits, "replay"), transfer];
    await credits.ask(0, [{ agent: "gate-1", kind: "all", taps: 1 }]);
    await replays.append(encodeFrame([tap(2)]), 1, "replay");
    await credits.leave();
  },
);

test("jobs are asked for, done, hurried, looked at and forgotten", async () => {
  for (const service of ["buffer", "validation", "encryption", "transfer", "noops"] as const) {
    const own = queues(service);
    const done = new Promise<void>((resolve) =>
      own.work("validation", async () => resolve(), {
        ...{ concurrency: 1, onFailedAttempt: () => undefined, onTakenOver: () => undefined },
      }),
    );
    await own.add("validation", `segment-of-${service}`);
    await done;
    await own.hurry("transfer", "other");
    await own.askAgain("transfer", "other");
    await own.inHand("transfer", "blue");
    await own.close(1_000);
  }
  const [web, noops] = [queues("web"), queues("noops")];
  await web.standing("transfer", "other");
  await noops.forget("transfer", "blue");
  const proofs = {
    ask: new ProofQueue(as("web"), queuePrefix),
    make: new ProofQueue(as("transfer"), queuePrefix),
  };
  proofs.make.work(async () => ({ is: "made", proof: "{}" }), {
    ...{ concurrency: 1, onError: () => undefined, onTakenOver: () => undefined },
  });
  expect(await proofs.ask.ask({ tracker: "t", epoch: 1, seq: 1 })).toBe("{}");
  const deliveries = new DeliveryQueue(as("alerts"), alertQueuePrefix);
  const delivered = new Promise<void>((resolve) =>
    deliveries.work(async () => resolve(), {
      ...{ concurrency: 1, onError: () => undefined, onTakenOver: () => undefined },
    }),
  );
  await deliveries.add(["one"]);
  await delivered;
  await Promise.all([web, noops, proofs.ask, proofs.make, deliveries].map((each) => each.close(1_000)));
});

test("each worker reports, counts what waits, and knows what services need", async () => {
  for (const service of [
    ...(["ingest", "buffer", "validation", "encryption", "transfer", "audit"] as const),
    ...(["kpi", "alerts", "telemetry", "balance", "noops"] as const),
  ]) {
    const [redis, own] = [as(service), queues(service)];
    const stream = new TelemetryStream(redis);
    const recorder = new TelemetryRecorder(service);
    await stream.report(recorder.take(Date.now(), { roles: [service], colour: "blue", awayArchives: [] })!);
    await stream.read("0");
    await stream.next("0", 1);
    await stream.newest();
    await stream.now();
    await new WishBoard(redis).latest();
    await own.depths();
    await own.close(1_000);
  }
});

test("who watches and decides keeps what is its own, and reads the rest", async () => {
  const readsStores = async (service: Service) => {
    await buffer(service).backlog();
    await new Ceilings(as(service)).read();
  };
  await Promise.all((["kpi", "alerts", "noops"] as const).map(readsStores));
  await buffer("balance").backlog();
  const kpi = new KpiStreams(as("kpi"));
  await kpi.lease.lead("a");
  await kpi.cursor();
  await kpi.secondsSince(0);
  await kpi.keepSeconds([], "0-1", []);
  await kpi.lease.resign("a");
  const alerts = new AlertStreams(as("alerts"));
  await alerts.lease.lead("a");
  await alerts.publishRules(1);
  await alerts.keepCursor("0-1");
  await alerts.keepUnrecorded(new Map([["a", "x"]]));
  await alerts.unrecorded();
  await alerts.unrecordedCount();
  await alerts.forgetUnrecorded(["a"]);
  await alerts.follow(as("alerts"), "0-0", 1);
  const reports = new ServicesReports(as("telemetry"));
  await reports.publish({ atEpochMs: 1, services: [], mesh: null });
  const board = new WishBoard(as("balance"));
  await board.lease.lead("a");
  await board.publish({ atEpochMs: 1, services: [] });
  await new ServicesReports(as("balance")).latest();
  await new ForecastLog(as("balance")).add({
    ...{ atEpochMs: Date.now(), dueEpochMs: Date.now(), aheadMs: 1, isTrusted: true, services: {} },
  });
  const reading = { worker: "w", atEpochMs: Date.now(), ring: null, recipients: [], refused: [] };
  await new RingReadings(as("encryption"), Date.now).tell(reading);
  await taken(0);
  const late = new SegmentShares(as("buffer"));
  await late.read();
  const open = await buffer("buffer").openSegments();
  for (const { id } of open) {
    await late.noteLate(id, "validation");
    await late.endComparison(id, "validation");
  }
  expect(open.length).toBeGreaterThan(0);
});

test("a shift gives open segments to the other colour, and a flush ends the buffer's life", async () => {
  await taken(1);
  const shares = new SegmentShares(as("noops"));
  await shares.set("validation", { greenPercent: 100, watch: null }, 2);
  await shares.read();
  await new StageEvidence(as("noops")).read("validation", "w");
  await new ServicesReports(as("noops")).latest();
  expect((await buffer("noops").openSegments()).length).toBeGreaterThan(0);
  const audit = buffer("audit");
  await audit.find(segmentId(1, randomBytes, 0));
  await audit.generation();
  expect(await buffer("noops").endLife(life)).toBe(true);
});

test("the console reads, and changes no segment", async () => {
  const redis = as("web");
  const id = await taken(1);
  // As where whoever kept the verdicts was broken off.
  const kept = { stage: "transfer", verdicts: JSON.stringify([{ is: "accepted" }]) };
  await administrator.hset(partitionKeys(0).segment(id), kept);
  const way = new TapsUnderWay(redis);
  expect(await way.segment(id)).toMatchObject({ stage: "validation" });
  expect(
    (await new SegmentBuffer(redis, { onlyLooks: true }).openSegments()).map((open) => open.id),
  ).toContain(id);
  await way.ofTracker("t", null, 1);
  expect(await way.receiptAt({ agent: "gate-1", epoch: 1, seq: 1 })).toBeNull();
  const kpi = new KpiStreams(redis);
  await kpi.newest();
  await kpi.latest();
  await kpi.follow(as("web"), "0-0", 1);
  await kpi.secondsSince(0);
  await kpi.secondsOf({}, 0, 1_000);
  const alerts = new AlertStreams(redis);
  await alerts.publishRules(2);
  await alerts.newest();
  await alerts.follow(as("web"), "0-0", 1);
  await new WishBoard(redis).latest();
  await new ForecastLog(redis).last(Date.now());
  await new ServicesReports(redis).latest();
  await new RingReadings(redis, Date.now).latest();
  await new TelemetryStream(redis).heard(1_000);
  await new AgentLogs(redis, Date.now).of("gate-1");
  await new AgentNews(redis).publish();
  // By which the console's processes ask each other for their sockets.
  expect(await redis.call("PUBSUB", "NUMSUB", "tapline:socket.io#/#")).toEqual(["tapline:socket.io#/#", 0]);
});

test("in a cluster each node knows the users", { timeout: 60_000 }, async () => {
  const cluster = await ownRedisCluster();
  const nodes = cluster.nodes.map(({ url }) => connectRedis(url, () => undefined));
  for (const node of nodes) await admitUsers(node, password);
  const url = cluster.url.replace(/\/\/:[^@]*@/, `//tapline_buffer:${password}@`);
  const [redis, heard] = [connectRedis(url, () => undefined), connectRedis(url, () => undefined)];
  const own = new SegmentBuffer(redis, { partitions });
  expect(await own.openGeneration(life)).toBe(true);
  await own.subscribe(heard, () => undefined);
  await new MemoryWatch(redis).read();
  await new TapLedger(redis).forgetLife(life);
  expect(await own.endLife(life)).toBe(true);
  expect((await Promise.all(nodes.map(refusedToUsers))).flat()).toEqual([]);
  for (const connection of [redis, heard, ...nodes]) connection.disconnect();
  await cluster.stop();
});
