import { readFileSync } from "node:fs";
import { isUuid, TaplineError, uuidV7EpochMs } from "@tapline/core/kernel";
import { agentRunCount, defaultSite, type Hold } from "@tapline/core/transfer";
import { z } from "zod";
import { guardedSegments } from "./archive-holds.ts";
import type { PrismaClient } from "./generated/client.ts";

const listSql = readFileSync(new URL("./list-archive-segments.sql", import.meta.url), "utf8");

/** `whole`: held by every archive that should hold it; `lacking`: not, or not yet; `expired`: its files were removed. */
export const segmentStates = ["all", "whole", "lacking", "expired"] as const;

/** Which segments; null counts for nothing. */
export type SegmentFilter = {
  readonly state: (typeof segmentStates)[number];
  /** Of which an agent stands there. */
  readonly site: string | null;
  /** Which holds them. */
  readonly target: string | null;
  /** Part of the path of the object, which holds the segment's day and id. */
  readonly text: string | null;
};

const rowSchema = z.object({
  id: z.string(),
  objectPath: z.string(),
  objectBytes: z.int(),
  taps: z.int(),
  archivedAtEpochMs: z.number(),
  expiredAtEpochMs: z.number().nullable(),
  /** Names of the archives that hold it. */
  targets: z.array(z.string()),
  /** Where the agents stand whose taps it holds. */
  sites: z.array(z.string()),
});

/** A segment in the list. Times: ms since 1970. */
export type ListedSegment = z.infer<typeof rowSchema>;

/** A page of the list; `next` asks for the one behind it, null = that was all. It may be empty and have one behind it. */
export type SegmentPage = { readonly segments: ListedSegment[]; readonly next: string | null };

/** A segment that fits nothing costs a look: a page ends after so many, with what it found. */
const mostLooked = 10_000;

/** How one archive stands by the database. Times: ms since 1970; null = never. */
export type TargetStanding = {
  readonly name: string;
  readonly lastStoredAtEpochMs: number | null;
  /** Segments that it lacks and is to get. */
  readonly waiting: number;
  /** When the oldest of them was cut. */
  readonly oldestWaitingEpochMs: number | null;
  /** Why the last attempt at one of them failed; "" where none did. */
  readonly fault: string;
  /** Its last restore drill that opened what it tried, and the last one of all. */
  readonly provenAtEpochMs: number | null;
  readonly lastDrill: {
    readonly atEpochMs: number;
    readonly outcome: string;
    readonly detail: string;
  } | null;
};

/** The archive as people look at it: what the index knows. */
export class ArchiveBoard {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Segments, newest first.
   * @param wanted archives that should hold every segment
   * @param after `next` of the page before; null = from the newest on
   * @throws TaplineError `invalid-input` for a place that is none
   */
  async segments(
    { state, site, target, text }: SegmentFilter,
    wanted: readonly string[],
    limit: number,
    after: string | null = null,
  ): Promise<SegmentPage> {
    if (after !== null && !isUuid(after))
      throw new TaplineError("invalid-input", "this is no place in the list of segments", {
        remedy: "take next of the page before, as it is",
      });
    const words = text?.trim().toLowerCase().replaceAll("\0", "") || null;
    const [row] = await this.#prisma.$queryRawUnsafe<
      { looked: number; oldest: string | null; rows: unknown }[]
    >(
      ...([listSql, after, limit + 1, mostLooked, state, site, target] as const),
      ...([words, [...wanted], defaultSite] as const),
    );
    const rows = z.array(rowSchema).parse(row?.rows ?? []);
    const segments = rows.slice(0, limit);
    if (rows.length > limit) return { segments, next: segments.at(-1)?.id ?? null };
    return { segments, next: row?.looked === mostLooked ? row.oldest : null };
  }

  /** @throws TaplineError `not-found` */
  async segment(id: string) {
    const row = await this.#prisma.segment.findUnique({
      where: { id },
      include: { copies: { orderBy: { target: "asc" } }, keys: true, agentRuns: true },
    });
    if (row === null)
      throw new TaplineError("not-found", `no segment ${id} is archived`, {
        remedy: "one that is under way is listed there until it has ended",
      });
    const [tasks, trackers, drills, guarded, keys] = await Promise.all([
      this.#prisma.archiveTask.findMany({ where: { segmentId: id }, orderBy: { target: "asc" } }),
      this.#prisma.tapRun.groupBy({ by: ["tracker"], where: { segmentId: id }, _sum: { count: true } }),
      this.#prisma.restoreDrill.findMany({
        ...{ where: { segmentId: id }, orderBy: { startedAt: "desc" as const }, take: 5 },
      }),
      guardedSegments(this.#prisma, [id]),
      this.#prisma.archiveKey.findMany({ where: { ski: { in: row.keys.map(({ ski }) => ski) } } }),
    ]);
    const nameOf = new Map(keys.map((key) => [key.ski, key]));
    const hold: Hold | null = guarded.get(id) ?? null;
    return {
      id,
      objectPath: row.objectPath,
      objectBytes: row.objectBytes,
      objectSha256: hex(row.objectDigest),
      manifestSha256: hex(row.manifestDigest),
      taps: row.taps,
      firstReadAtEpochMs: row.firstReadAt.getTime(),
      lastReadAtEpochMs: row.lastReadAt.getTime(),
      archivedAtEpochMs: row.archivedAt.getTime(),
      expiredAtEpochMs: row.expiredAt?.getTime() ?? null,
      copies: row.copies.map(({ target, storedAt, readBackAt }) => ({
        ...{ target, storedAtEpochMs: storedAt.getTime(), readBackAtEpochMs: readBackAt?.getTime() ?? null },
      })),
      tasks: tasks.map(({ kind, target, attempts, nextAt, leasedUntil, fault }) => ({
        ...{ kind, target, attempts, fault, nextAtEpochMs: nextAt.getTime() },
        isUnderWay: leasedUntil !== null && leasedUntil.getTime() > Date.now(),
      })),
      keys: row.keys.map(({ ski }) => ({
        ...{ ski, subject: nameOf.get(ski)?.subject ?? null, state: nameOf.get(ski)?.state ?? null },
      })),
      agents: row.agentRuns
        .map(({ agent, epoch, firstSeq, lastSeq, members }) => ({
          ...{ agent, epoch: Number(epoch), firstSeq: Number(firstSeq), lastSeq: Number(lastSeq) },
          taps: agentRunCount(Buffer.from(members)),
        }))
        .sort((a, b) => (a.agent === b.agent ? a.firstSeq - b.firstSeq : a.agent < b.agent ? -1 : 1)),
      trackers: trackers.length,
      drills: drills.map(({ target, outcome, detail, startedAt }) => ({
        ...{ target, outcome, detail, atEpochMs: startedAt.getTime() },
      })),
      hold,
    };
  }

  /** How each archive stands that is named here or that was ever compared with the index. */
  async targets(names: readonly string[]): Promise<TargetStanding[]> {
    return await Promise.all(names.map((name) => this.#target(name)));
  }

  /** How many segments' files were removed because their time was over, and when last. */
  async expiry(): Promise<{ segments: number; lastAtEpochMs: number | null }> {
    const { _count, _max } = await this.#prisma.segment.aggregate({
      where: { expiredAt: { not: null } },
      _count: true,
      _max: { expiredAt: true },
    });
    return { segments: _count, lastAtEpochMs: _max.expiredAt?.getTime() ?? null };
  }

  async #target(name: string): Promise<TargetStanding> {
    const waiting = { target: name, kind: "copy" };
    const drills = { orderBy: { startedAt: "desc" } } as const;
    const [stored, count, oldest, failed, proven, drill] = await Promise.all([
      this.#prisma.segmentCopy.findFirst({ where: { target: name }, orderBy: { storedAt: "desc" } }),
      this.#prisma.archiveTask.count({ where: waiting }),
      this.#prisma.archiveTask.findFirst({ where: waiting, orderBy: { segmentId: "asc" } }),
      this.#prisma.archiveTask.findFirst({
        where: { target: name, fault: { not: "" } },
        orderBy: { nextAt: "desc" },
      }),
      this.#prisma.restoreDrill.findFirst({ where: { target: name, outcome: "proven" }, ...drills }),
      this.#prisma.restoreDrill.findFirst({ where: { target: name }, ...drills }),
    ]);
    return {
      name,
      lastStoredAtEpochMs: stored?.storedAt.getTime() ?? null,
      waiting: count,
      oldestWaitingEpochMs: oldest === null ? null : uuidV7EpochMs(oldest.segmentId),
      fault: failed?.fault ?? "",
      provenAtEpochMs: proven?.startedAt.getTime() ?? null,
      lastDrill:
        drill === null
          ? null
          : { atEpochMs: drill.startedAt.getTime(), outcome: drill.outcome, detail: drill.detail },
    };
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
