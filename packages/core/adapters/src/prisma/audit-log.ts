import { readFileSync } from "node:fs";
import {
  completeSubtrees,
  consistencyRanges,
  entriesPerSequence,
  foldSubtrees,
  inclusionRanges,
  type LeafRange,
  type LogPart,
  type LogSigner,
  rangeRoot,
  type SignedHead,
  same,
  subtreeReader,
  type TlogProof,
  tileWidth,
  widthAt,
} from "@tapline/core/audit";
import { isUuid, TaplineError } from "@tapline/core/kernel";
import type { Transaction } from "./acts.ts";
import type { AuditHead, PrismaClient } from "./generated/client.ts";
import { logParts } from "./log-parts.ts";

const sequenceSql = readFileSync(new URL("./sequence-entries.sql", import.meta.url), "utf8");

const hashBytes = 32;

/** A checkpoint as it is kept: the signed note, and the size that it speaks of. */
export type KeptNote = { readonly size: number; readonly note: string; readonly atEpochMs: number };

/** How far the log has come; each note is null before the first of its kind. */
export type LogHead = {
  readonly size: number;
  readonly signed: KeptNote | null;
  readonly cosigned: KeptNote | null;
  readonly archived: KeptNote | null;
};

/** What reads hashes: the database, or a transaction of it. */
type Reader = Pick<PrismaClient, "$queryRaw">;

/**
 * Called between the steps of a transaction that carries the log on: the head is locked, entries have their places with all nodes
 * that follow, and the checkpoint stands beside them; then it is committed.
 */
export type SequenceSteps = Readonly<Record<"locked" | "placed" | "noted", () => Promise<void>>>;

const step = async (): Promise<void> => undefined;
const unwatched: SequenceSteps = { locked: step, placed: step, noted: step };

/** The Merkle log in PostgreSQL. Any number of processes may sequence: one at a time does. */
export class AuditLog {
  readonly #prisma: PrismaClient;
  readonly #origin: string;
  readonly #steps: SequenceSteps;

  /** @param origin the log's name */
  constructor(prisma: PrismaClient, origin: string, steps: SequenceSteps = unwatched) {
    this.#prisma = prisma;
    this.#origin = origin;
    this.#steps = steps;
  }

  async head(): Promise<LogHead> {
    const row = await this.#prisma.auditHead.findUnique({ where: { origin: this.#origin } });
    if (row === null) return { size: 0, signed: null, cosigned: null, archived: null };
    return {
      size: Number(row.size),
      signed: kept(row.size, row.note, row.notedAt),
      cosigned: kept(row.cosignedSize, row.cosignedNote, row.cosignedAt),
      archived: kept(row.archivedSize, row.archivedNote, row.archivedAt),
    };
  }

  /**
   * Gives a batch of waiting entries their places and keeps the checkpoint that covers them, all in one transaction: so
   * there is no gap and no double, whenever a process dies. Signed is what leaves and nodes lead to, and only where they still lead
   * to what was signed last.
   * @returns how many; 0 where none waited, or another process is at it
   * @throws TaplineError `corrupt` where the log is not the one that was signed last; what `signer` throws. Nothing has changed then
   */
  async sequence(signer: Pick<LogSigner, "signHead" | "readHead">, nowEpochMs: number): Promise<number> {
    return await this.#prisma.$transaction(
      async (tx) => {
        const row = await this.#lockHead(tx);
        if (row === null) return 0;
        await this.#steps.locked();
        const { placed, size } = await placeWaiting(tx);
        await this.#steps.placed();
        // A note that this key did not sign, whoever put it there, is replaced.
        const last = row.note === null ? null : signer.readHead(row.note);
        if (placed === 0 && last?.size === size && Number(row.size) === size) return 0;
        if (last !== null) await assertGrewFrom(last, size, tx);
        await tx.auditHead.update({
          where: { origin: this.#origin },
          data: {
            size: BigInt(size),
            note: signer.signHead(size, await rootAt(tx, size)),
            notedAt: new Date(nowEpochMs),
          },
        });
        await this.#steps.noted();
        return placed;
      },
      // A batch that was begun is better ended, also on a busy machine.
      { timeout: 60_000 },
    );
  }

  /** Whether entries wait for their places: one short statement, for whoever looks often. */
  async isAwaited(): Promise<boolean> {
    const [row] = await this.#prisma.$queryRaw<{ isAwaited: boolean }[]>`
      SELECT EXISTS (SELECT FROM audit_pending) AS "isAwaited"`;
    return row?.isAwaited === true;
  }

  /** Keeps a checkpoint that a witness has cosigned; an older one than stands there changes nothing. */
  async keepCosigned({ size, note, atEpochMs }: KeptNote): Promise<void> {
    await this.#prisma.auditHead.updateMany({
      where: { origin: this.#origin, cosignedSize: { lte: BigInt(size) } },
      data: { cosignedSize: BigInt(size), cosignedNote: note, cosignedAt: new Date(atEpochMs) },
    });
  }

  /** Keeps which checkpoint lies in the archive; an older one than stands there changes nothing. */
  async keepArchived({ size, note, atEpochMs }: KeptNote): Promise<void> {
    await this.#prisma.auditHead.updateMany({
      where: { origin: this.#origin, archivedSize: { lte: BigInt(size) } },
      data: { archivedSize: BigInt(size), archivedNote: note, archivedAt: new Date(atEpochMs) },
    });
  }

  /** The hashes of a tile, as many as there are, at most `width`. */
  async tile(level: number, index: number, width = tileWidth): Promise<Uint8Array[]> {
    return await tileHashes(this.#prisma, level, index, width);
  }

  /** The entries from place `start` up to `end`, not included, as they were sealed. */
  async entries(start: number, end: number): Promise<Uint8Array[]> {
    const rows = await this.#prisma.$queryRaw<{ bytes: Uint8Array }[]>`
      SELECT bytes FROM audit_leaf JOIN audit_entry ON id = entry_id
      WHERE index >= ${start} AND index < ${end} ORDER BY index`;
    return rows.map(({ bytes }) => bytes);
  }

  /** Entries that have no place yet. */
  async waiting(): Promise<number> {
    const [row] = await this.#prisma.$queryRaw<
      { waiting: bigint }[]
    >`SELECT count(*) AS waiting FROM audit_pending`;
    return Number(row?.waiting ?? 0);
  }

  /** The first `size` entries with their leaf hashes, in order. */
  parts(size: number): AsyncGenerator<LogPart> {
    return logParts(this.#prisma, size);
  }

  /**
   * The proof of an entry, with the entry as `extra`: by the newest checkpoint that a witness has cosigned, else by the
   * newest one; null where none covers it.
   */
  async prove(entryId: string): Promise<TlogProof | null> {
    if (!isUuid(entryId)) return null;
    const leaf = await this.#prisma.auditLeaf.findUnique({ where: { entryId } });
    if (leaf === null) return null;
    const index = Number(leaf.index);
    const { cosigned, signed } = await this.head();
    const kept = [cosigned, signed].find((note) => note !== null && index < note.size);
    if (kept === null || kept === undefined) return null;
    const path = await this.#roots(inclusionRanges(index, kept.size), kept.size);
    const [extra] = await this.entries(index, index + 1);
    return { index, path, note: kept.note, extra: extra ?? null };
  }

  /** The proof that the log of `size` begins with that of `oldSize`; empty where that needs none. */
  async consistency(oldSize: number, size: number): Promise<Uint8Array[]> {
    return await this.#roots(consistencyRanges(oldSize, size), size);
  }

  /** The root that the log had at `size`. @throws TaplineError `corrupt` where hashes are missing */
  async rootAt(size: number): Promise<Uint8Array> {
    return await rootAt(this.#prisma, size);
  }

  async #roots(ranges: readonly LeafRange[], size: number): Promise<Uint8Array[]> {
    const readTile = (level: number, at: number): Promise<Uint8Array[]> =>
      this.tile(level, at, widthAt(level, at, size));
    return await Promise.all(ranges.map((range) => rangeRoot(range, readTile)));
  }

  /** Names of the logs that a database holds. */
  static async names(prisma: PrismaClient): Promise<string[]> {
    return (await prisma.auditHead.findMany({ select: { origin: true } })).map(({ origin }) => origin);
  }

  /** Null where another process holds it. */
  async #lockHead(tx: Transaction): Promise<AuditHead | null> {
    // The name is all that a service may give a new head.
    await tx.$executeRaw`INSERT INTO audit_head (origin) VALUES (${this.#origin}) ON CONFLICT DO NOTHING`;
    const held = await tx.$queryRaw<{ origin: string }[]>`
      SELECT origin FROM audit_head WHERE origin = ${this.#origin} FOR UPDATE SKIP LOCKED`;
    if (held.length === 0) return null;
    return await tx.auditHead.findUniqueOrThrow({ where: { origin: this.#origin } });
  }
}

async function placeWaiting(tx: Transaction): Promise<{ placed: number; size: number }> {
  const [answer] = await tx.$queryRawUnsafe<{ placed: bigint; size: bigint }[]>(
    sequenceSql,
    entriesPerSequence,
  );
  return { placed: Number(answer?.placed), size: Number(answer?.size) };
}

/** @throws TaplineError `corrupt` where the log of `size` does not begin with the one that was signed */
async function assertGrewFrom(last: SignedHead, size: number, reader: Reader): Promise<void> {
  const why =
    last.size > size
      ? `it has ${size} entries, and ${last.size} were signed`
      : same(await rootAt(reader, last.size), last.root)
        ? null
        : `its first ${last.size} entries lead to another root than the signed one`;
  if (why === null) return;
  throw new TaplineError("corrupt", `the audit log is not the one that was signed last: ${why}`, {
    remedy:
      "nothing more is signed under this name. Keep all that there is and compare: tapline audit verify --full, with --from-archive and " +
      "without. Entries go on to be recorded and wait; under another TAPLINE_AUDIT_ORIGIN the log begins anew with all of them",
    facts: { size, signedSize: last.size },
  });
}

/** Reads each tile once, one behind the other: a transaction has one connection. */
async function rootAt(reader: Reader, size: number): Promise<Uint8Array> {
  const subtreeRoot = subtreeReader((level, at) => tileHashes(reader, level, at, widthAt(level, at, size)));
  const roots: Uint8Array[] = [];
  for (const { level, index } of completeSubtrees({ start: 0, end: size }))
    roots.push(await subtreeRoot(level, index));
  return foldSubtrees(roots);
}

async function tileHashes(
  client: Reader,
  level: number,
  index: number,
  width: number,
): Promise<Uint8Array[]> {
  const [start, end] = [index * tileWidth, index * tileWidth + width];
  const [row] =
    level === 0
      ? await client.$queryRaw<{ hashes: Uint8Array | null }[]>`
          SELECT string_agg(leaf_hash, '' ORDER BY index) AS hashes FROM audit_leaf
          WHERE index >= ${start} AND index < ${end}`
      : await client.$queryRaw<{ hashes: Uint8Array | null }[]>`
          SELECT string_agg(hash, '' ORDER BY index) AS hashes FROM audit_node
          WHERE level = ${level} AND index >= ${start} AND index < ${end}`;
  return split(row?.hashes ?? new Uint8Array(0));
}

const split = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / hashBytes }, (_, i) =>
    bytes.subarray(i * hashBytes, (i + 1) * hashBytes),
  );

function kept(size: bigint, note: string | null, at: Date | null): KeptNote | null {
  return note === null || at === null ? null : { size: Number(size), note, atEpochMs: at.getTime() };
}
