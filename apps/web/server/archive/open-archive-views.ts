import {
  ArchiveBoard,
  ArchiveHolds,
  AskedTasks,
  type AuditEntries,
  DeclaredArchivesFact,
  InstallationStanding,
  type PrismaClient,
  QuarantineDesk,
} from "@tapline/adapters/prisma";
import { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { SegmentBuffer, TelemetryStream } from "@tapline/adapters/redis";
import type { Redis } from "ioredis";
import type { Queues } from "../open-queues.ts";
import { ArchiveFlow } from "./archive-flow.ts";
import { ArchiveViews } from "./archive-views.ts";

/** @param redis a connection whose commands fail soon where Redis is away */
export function openArchiveViews(
  prisma: PrismaClient,
  redis: Redis,
  queues: Queues["segments"],
  audit: Pick<AuditEntries, "page">,
): ArchiveViews {
  const flow = new ArchiveFlow(
    new SegmentBuffer(redis, { onlyLooks: true }),
    queues,
    new TelemetryStream(redis),
  );
  const stores = {
    ...{ audit, flow, board: new ArchiveBoard(prisma), declared: new DeclaredArchivesFact(prisma) },
    asked: new AskedTasks(prisma, Date.now),
    holds: new ArchiveHolds(prisma, Date.now),
    quarantine: new QuarantineDesk(prisma, Date.now),
    standing: new InstallationStanding(prisma),
    spans: new KpiSpans(prisma),
  };
  return new ArchiveViews(stores, prisma, Date.now);
}
