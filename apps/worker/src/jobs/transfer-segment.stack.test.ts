import { randomBytes } from "node:crypto";
import { ArchiveIndex, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { connectRedis, RefusedQuota, SegmentBuffer, TapLedger, trackerKey } from "@tapline/adapters/redis";
import { newEntry } from "@tapline/core/audit";
import { encodeFrame } from "@tapline/core/buffer";
import { uuidV7 } from "@tapline/core/kernel";
import { encodeTap } from "@tapline/core/tap";
import { CumulativeTelemetry } from "@tapline/core/telemetry";
import type { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freshDatabase, ownRedis } from "../../../../tools/test-servers/index.ts";
import { SegmentLoader } from "./segment-loader.ts";
import { transferSegment } from "./transfer-segment.ts";

let server: Awaited<ReturnType<typeof ownRedis>>;
let redis: Redis;
let prisma: PrismaClient;

beforeAll(async () => {
  server = await ownRedis();
  redis = connectRedis(server.url, () => undefined);
  prisma = connectPrisma(await freshDatabase());
});
afterAll(async () => {
  await prisma.$disconnect();
  redis.disconnect();
  await server.stop();
});

const life = "life-1";
const tracker = "0011223344556677";

test("a refused tap that another attempt had claimed is free again once the segment has ended", async () => {
  const [buffer, ledger, index] = [new SegmentBuffer(redis), new TapLedger(redis), new ArchiveIndex(prisma)];
  const refusedQuota = new RefusedQuota(redis, 100);
  const actor = { kind: "job", id: "test" } as const;
  const opened = { actor, action: "buffer.opened", subject: life, reason: null, facts: {} } as const;
  await index.declareGeneration(life, newEntry(Date.now(), randomBytes, opened));
  await buffer.openGeneration(life);
  const payload = encodeTap({
    ...{ trackerId: tracker, epoch: 1, seq: 7, t0EpochS: 1_790_000_000 },
    ...{ samples: [[0, 70, 10]], batteryPercent: 50, uptimeS: 100 },
  });
  const read = { reader: "r", readAtEpochMs: Date.now(), ingestedAtEpochMs: Date.now(), traceparent: "" };
  await buffer.append(encodeFrame([{ agent: "gate-1", epoch: 1, seq: 1, ...read, payload }]), 1, "door");
  const id = uuidV7(Date.now(), randomBytes);
  await buffer.cut(id, Date.now());

  const number = { tracker, trackerEpoch: 1, trackerSeq: 7, digest: "00", owner: "gate-1/1/1" };
  const request = {
    segment: id,
    generation: life,
    claims: [number],
    rate: { tapsPerHour: 60, burstTaps: 9 },
  };
  const [answer] = await ledger.claim({ ...request, leases: new Map() });
  const token = answer?.is === "ask" ? answer.token : "";
  const leases = new Map([[tracker, { token, highest: new Map() }]]);
  expect(await ledger.claim({ ...request, leases })).toEqual([{ is: "new" }]);
  const refused = { is: "rejected", reason: "rate", detail: "too many", rules: 1 } as const;
  await buffer.keepVerdicts(id, [refused], "transfer");

  await transferSegment(id, {
    ...{
      buffer,
      ledger,
      index,
      refusedQuota,
      loader: new SegmentLoader(buffer),
      processKey: randomBytes(32),
    },
    counted: new CumulativeTelemetry(),
    ...{ clock: Date.now, log: { error: () => undefined } },
    // Nothing of the segment goes into an archive.
    ...{ archives: undefined as never, queues: undefined as never, notes: undefined as never },
    ...{ colour: "blue" as const, shares: undefined as never, evidence: undefined as never },
    trust: { rootPems: [], crlPems: [] },
  });
  expect(await buffer.find(id)).toBeNull();
  const left = Object.keys(await redis.hgetall(trackerKey(life, tracker)));
  expect(left.toSorted()).toEqual(["hw:1", "rate"]);
});
