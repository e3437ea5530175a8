import { readFileSync } from "node:fs";
import type { AuditEntry } from "@tapline/core/audit";
import { flushedName } from "@tapline/core/buffer";
import { TaplineError } from "@tapline/core/kernel";
import type { LeaseCheck } from "./acts.ts";
import { auditRow, auditRows } from "./audit-row.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";
import { recordEndArgument } from "./record-end.ts";
import type { AgentTap, SegmentEnd } from "./segment-end.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const findTapsSql = sql("find-taps");
const findAgentTapsSql = sql("find-agent-taps");
const segmentStandingSql = sql("segment-standing");
const recordEndSql = sql("record-end");

/** What the database's `record_segment_end` answers. */
type RecordEndAnswer =
  | { readonly outcome: "recorded"; readonly quarantined: number }
  | { readonly outcome: "known" | "withdrawn" }
  | { readonly outcome: "other-life"; readonly now: string | null };

const generationFact = "buffer.generation";
const wholeFact = "index.whole";

/** A tap by its tracker's own numbering. */
export type TrackerTap = {
  readonly tracker: string;
  readonly trackerEpoch: number;
  readonly trackerSeq: number;
};

/** What the archive holds of a tracker: `digest` is hexadecimal of the first 8 bytes of the tap's SHA-256. */
export type Holding = {
  readonly highest: number;
  readonly held: { readonly segment: string; readonly digest: string } | null;
};

/** PostgreSQL's permanent memory of what lies in the archive. Touched once per segment, never per tap. */
export class ArchiveIndex {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** For each tap asked, in order, what the archive holds. */
  async findTaps(taps: readonly TrackerTap[]): Promise<Holding[]> {
    if (taps.length === 0) return [];
    const rows = await this.#prisma.$queryRawUnsafe<
      { highest: bigint; segment: string | null; digest: string | null }[]
    >(
      findTapsSql,
      taps.map((tap) => tap.tracker),
      taps.map((tap) => BigInt(tap.trackerEpoch)),
      taps.map((tap) => BigInt(tap.trackerSeq)),
    );
    return rows.map((row) => ({
      highest: Number(row.highest),
      held: row.segment === null ? null : { segment: row.segment, digest: row.digest ?? "" },
    }));
  }

  /** The segment that holds a tap, in the newest epoch that has its number where none is given; null where none does. */
  async segmentOf(tracker: string, epoch: number | null, seq: number): Promise<string | null> {
    const run = await this.#prisma.tapRun.findFirst({
      where: {
        ...{ tracker, firstSeq: { lte: BigInt(seq) }, lastSeq: { gte: BigInt(seq) } },
        ...(epoch === null ? {} : { trackerEpoch: BigInt(epoch) }),
      },
      orderBy: [{ trackerEpoch: "desc" }, { firstSeq: "desc" }],
      select: { segmentId: true },
    });
    return run?.segmentId ?? null;
  }

  /** For each tap asked, in order, the segment that holds it under its agent's numbering, or null. */
  async findAgentTaps(taps: readonly AgentTap[]): Promise<(string | null)[]> {
    if (taps.length === 0) return [];
    const rows = await this.#prisma.$queryRawUnsafe<{ position: number; segment: string }[]>(
      findAgentTapsSql,
      taps.map((tap) => tap.agent),
      taps.map((tap) => BigInt(tap.epoch)),
      taps.map((tap) => BigInt(tap.seq)),
    );
    const found = new Map(rows.map((row) => [row.position, row.segment]));
    return taps.map((_, i) => found.get(i + 1) ?? null);
  }

  /** Whether the index knows the segment, and the buffer's life that it knows; one query. */
  async standing(id: string): Promise<{ recorded: boolean; generation: string | null }> {
    const [row] = await this.#prisma.$queryRawUnsafe<{ recorded: boolean; generation: string | null }[]>(
      segmentStandingSql,
      id,
    );
    return row ?? { recorded: false, generation: null };
  }

  /** Those of `ids` that the index knows. */
  async knownSegments(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.#prisma.segment.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true },
    });
    return new Set(rows.map((row) => row.id));
  }

  /** The life of the buffer that the installation last opened, or null before the first. */
  async generation(): Promise<string | null> {
    const fact = await this.#prisma.installationFact.findUnique({ where: { name: generationFact } });
    return fact?.value ?? null;
  }

  /** Makes `name` the buffer's life; from then on nothing cut in an earlier one can be recorded. */
  async declareGeneration(name: string, entry: AuditEntry): Promise<void> {
    const fact = { name: generationFact, value: name };
    await this.#prisma.$transaction([
      this.#prisma.installationFact.upsert({
        where: { name: generationFact },
        create: fact,
        update: fact,
      }),
      this.#prisma.auditEntry.create({ data: auditRow(entry) }),
    ]);
  }

  /** Whether the index was once compared with all that is archived; a database that is new or was lost never was. */
  async isWhole(): Promise<boolean> {
    return (await this.#prisma.installationFact.count({ where: { name: wholeFact } })) > 0;
  }

  async noteWhole(): Promise<void> {
    const fact = { name: wholeFact, value: "yes" };
    await this.#prisma.installationFact.createMany({ data: [fact], skipDuplicates: true });
  }

  /**
   * Ends the buffer's life `name`, on purpose: from then on nothing cut in it can be recorded.
   * @throws TaplineError `conflict` where another life has begun; as `leaseCheck` does
   */
  async endGeneration(name: string, entry: AuditEntry, leaseCheck?: LeaseCheck): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      await leaseCheck?.(tx);
      const where = { name: generationFact, value: name };
      const { count } = await tx.installationFact.updateMany({ where, data: { value: flushedName(name) } });
      if (count === 0)
        throw new TaplineError("conflict", `the buffer is not in its life ${name} any more`, {
          remedy: "look what is in it now: tapline buffer show",
        });
      await tx.auditEntry.create({ data: auditRow(entry) });
    });
  }

  /**
   * Records the end of a segment; calling it again changes nothing.
   * @returns how many taps went to quarantine for the first time; null where the end was known already
   * @throws TaplineError `conflict` where the buffer has begun a new life since the segment was cut, or where the
   * segment was withdrawn
   */
  async recordEnd(end: SegmentEnd): Promise<{ quarantined: number | null }> {
    const [row] = await this.#prisma.$queryRawUnsafe<{ answer: RecordEndAnswer }[]>(
      recordEndSql,
      recordEndArgument(end),
    );
    const answer = row?.answer;
    if (answer?.outcome === "other-life")
      throw new TaplineError("conflict", "the buffer has begun a new life since this segment was cut", {
        remedy: "nothing to do: its taps are sent again by their agents",
        facts: { cutIn: end.generation ?? "", now: answer.now ?? "" },
      });
    if (answer?.outcome === "withdrawn")
      throw new TaplineError("conflict", `segment ${end.segment?.id} was taken out of the archive's count`, {
        remedy: "nothing to do: its taps lie in other segments, or are sent again by their agents",
      });
    return { quarantined: answer?.outcome === "recorded" ? answer.quarantined : null };
  }

  /**
   * Takes a segment out of the archive's count for good, unless the index knows it; its files are the caller's to
   * move, before or after. Calling it again changes nothing.
   * @param targets names of the archives that its files may lie in: each gets a task to move them, for the case that
   * the caller cannot
   * @returns false where the index knows the segment, so that its files must stay
   */
  async withdraw(id: string, entry: AuditEntry, targets: readonly string[]): Promise<boolean> {
    return await this.#prisma.$transaction(async (tx) => {
      await lockSegment(tx, id);
      if ((await tx.segment.count({ where: { id } })) > 0) return false;
      await tx.archiveTask.createMany({
        data: targets.map((target) => ({ kind: "withdraw", target, segmentId: id })),
        skipDuplicates: true,
      });
      if (!(await isWithdrawn(tx, id))) await addEntry(tx, entry);
      return true;
    });
  }

  /** Whether the segment was taken out of the archive's count. */
  async isWithdrawn(id: string): Promise<boolean> {
    return await isWithdrawn(this.#prisma, id);
  }
}

/** One after the other: whoever ends, adopts or withdraws a segment sees what the one before did. */
async function lockSegment(tx: Prisma.TransactionClient, id: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${id}, 0))`;
}

async function isWithdrawn(
  tx: Pick<Prisma.TransactionClient, "auditEntry">,
  segment: string,
): Promise<boolean> {
  const where = { subject: `segment/${segment}`, action: "segment.quarantined" };
  return (await tx.auditEntry.count({ where })) > 0;
}

/** Adds an entry; one that is there stays as it is. */
async function addEntry(tx: Prisma.TransactionClient, entry: AuditEntry): Promise<void> {
  const { row, erasable } = auditRows(entry);
  const { count } = await tx.auditEntry.createMany({ data: [row], skipDuplicates: true });
  if (count > 0) await tx.auditErasable.createMany({ data: erasable });
}
