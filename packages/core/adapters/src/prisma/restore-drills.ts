import { randomBytes } from "node:crypto";
import { newEntry } from "@tapline/core/audit";
import { uuidV7, uuidV7EpochMs } from "@tapline/core/kernel";
import type { RestoreStanding } from "@tapline/core/kpi";
import { type AgentRun, agentRunCount, type TapRun } from "@tapline/core/transfer";
import type { ActBy } from "./acts.ts";
import { auditRow } from "./audit-row.ts";
import type { PrismaClient } from "./generated/client.ts";
import { ReadBacks } from "./read-backs.ts";
import { type CatalogueRow, lowestIdAt, SegmentCatalogue } from "./segment-catalogue.ts";

/**
 * `proven`: decrypted, and equal to its proof; `sealed`: right as far as that can be said without a key; `failed`.
 */
export type DrillOutcome = "proven" | "sealed" | "failed";

/** A trial whether one segment can be restored. */
export type DrillResult = {
  readonly segment: string;
  readonly target: string;
  readonly startedAtEpochMs: number;
  readonly durationMs: number;
  readonly outcome: DrillOutcome;
  /** Taps found equal to their digests; 0 unless proven. */
  readonly taps: number;
  /** What failed; "" where nothing did. */
  readonly detail: string;
};

/** Of what was stored so lately the share that was read back is told. */
const readBackSpanMs = 24 * 3_600_000;
const everyFact = "restore.every_ms";

/** Restore drills in PostgreSQL: what to try, and what came of it. */
export class RestoreDrills {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * A segment of any age: the first one at or after a moment drawn between the first and the last one. So each span of
   * time is as likely as any other of its length, however few taps it brought. Null where nothing is archived.
   * @param drawn 0 to below 1
   * @param among names of archives of which one must hold it; null = any
   */
  async pick(drawn: number, among: readonly string[] | null): Promise<CatalogueRow | null> {
    const copies = among === null ? {} : { copies: { some: { target: { in: [...among] } } } };
    const where = { expiredAt: null, ...copies };
    const id = { select: { id: true } } as const;
    const [first, last] = await Promise.all([
      this.#prisma.segment.findFirst({ where, orderBy: { id: "asc" }, ...id }),
      this.#prisma.segment.findFirst({ where, orderBy: { id: "desc" }, ...id }),
    ]);
    if (first === null || last === null) return null;
    const [begin, end] = [uuidV7EpochMs(first.id), uuidV7EpochMs(last.id)];
    const from = lowestIdAt(Math.floor(begin + (end - begin + 1) * drawn));
    const found = await this.#prisma.segment.findFirst({
      where: { ...where, id: { gte: from } },
      orderBy: { id: "asc" },
      ...id,
    });
    const [row] = await new SegmentCatalogue(this.#prisma).rows([found?.id ?? last.id]);
    return row ?? null;
  }

  /** When the last drill of each archive began, ms since 1970. */
  async lastByTarget(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.#prisma.restoreDrill.groupBy({ by: ["target"], _max: { startedAt: true } });
    return new Map(rows.map(({ target, _max }) => [target, _max.startedAt?.getTime() ?? 0]));
  }

  /** What the index says that a segment holds. */
  async proofOf(segment: string): Promise<{ tapRuns: TapRun[]; agentRuns: AgentRun[] }> {
    const where = { segmentId: segment };
    const [taps, agents] = await Promise.all([
      this.#prisma.tapRun.findMany({ where }),
      this.#prisma.agentRun.findMany({ where }),
    ]);
    return {
      // Sorted here: a database sorts texts as its locale does.
      tapRuns: taps
        .map(({ tracker, trackerEpoch, firstSeq, lastSeq, digests }) => ({
          ...{
            tracker,
            trackerEpoch: Number(trackerEpoch),
            firstSeq: Number(firstSeq),
            lastSeq: Number(lastSeq),
          },
          digests: Buffer.from(digests),
        }))
        .sort(
          (a, b) => order(a.tracker, b.tracker) || a.trackerEpoch - b.trackerEpoch || a.firstSeq - b.firstSeq,
        ),
      agentRuns: agents
        .map(({ agent, epoch, firstSeq, lastSeq, members }) => ({
          ...{ agent, epoch: Number(epoch), firstSeq: Number(firstSeq), lastSeq: Number(lastSeq) },
          ...{ members: Buffer.from(members), count: agentRunCount(members) },
        }))
        .sort((a, b) => order(a.agent, b.agent) || a.epoch - b.epoch || a.firstSeq - b.firstSeq),
    };
  }

  /** Keeps a result, with its audit entry; an object that was found right was read back. */
  async record(result: DrillResult, { actor, traceId }: ActBy): Promise<void> {
    const { segment, target, startedAtEpochMs, durationMs, outcome, taps, detail } = result;
    const atEpochMs = startedAtEpochMs + durationMs;
    const entry = newEntry(atEpochMs, randomBytes, {
      ...{ actor, traceId, action: `restore.${outcome}`, subject: `segment/${segment}` },
      reason: detail === "" ? null : detail,
      facts: { target, taps, durationMs },
    });
    const readBack = this.#prisma.segmentCopy.updateMany({
      where: { segmentId: segment, target },
      data: { readBackAt: new Date(startedAtEpochMs) },
    });
    await this.#prisma.$transaction([
      this.#prisma.restoreDrill.create({
        data: {
          ...{
            id: uuidV7(startedAtEpochMs, randomBytes),
            segmentId: segment,
            target,
            durationMs,
            outcome,
            taps,
          },
          ...{ detail, startedAt: new Date(startedAtEpochMs) },
        },
      }),
      this.#prisma.auditEntry.create({ data: auditRow(entry) }),
      ...(outcome === "failed" ? [] : [readBack]),
    ]);
  }

  /** Says how often drills are held, for whoever judges how old the last one is; null = never. */
  async declareSchedule(everyMs: number | null): Promise<void> {
    const fact = { name: everyFact, value: everyMs === null ? "" : String(everyMs) };
    await this.#prisma.installationFact.upsert({ where: { name: everyFact }, create: fact, update: fact });
  }

  async standing(nowEpochMs: number): Promise<RestoreStanding> {
    const [proven, first, every, readBack] = await Promise.all([
      this.#prisma.restoreDrill.findFirst({ where: { outcome: "proven" }, orderBy: { startedAt: "desc" } }),
      this.#prisma.segment.findFirst({
        ...{ where: { expiredAt: null }, orderBy: { id: "asc" }, select: { id: true } },
      }),
      this.#prisma.installationFact.findUnique({ where: { name: everyFact } }),
      new ReadBacks(this.#prisma).shares(nowEpochMs - readBackSpanMs),
    ]);
    return {
      provenAtEpochMs: proven?.startedAt.getTime() ?? null,
      firstArchivedAtEpochMs: first === null ? null : uuidV7EpochMs(first.id),
      everyMs: every === null || every.value === "" ? null : Number(every.value),
      readBack,
    };
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
