import { readFileSync } from "node:fs";
import {
  completeSubtrees,
  consistencyRanges,
  emptyRoot,
  entriesPerSequence,
  fullRoot,
  inclusionRanges,
  type LeafRange,
  type LogPart,
  MerkleEdge,
  rangeRoot,
  type TlogProof,
  tileWidth,
  widthAt,
} from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import type { Transaction } from "./acts.ts";
import type { AuditHead, PrismaClient } from "./generated/client.ts";
import { logParts } from "./log-parts.ts";

const sequenceSql = readFileSync(new URL("./sequence-entries.sql", import.meta.url), "utf8");

const hashBytes = 32;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A checkpoint as it is kept: the signed note, and the size that it speaks of. */
export type KeptNote = { readonly size: number; readonly note: string; readonly atEpochMs: number };

/** How far the log has come; each note is null before the first of its kind. */
export type LogHead = {
  readonly size: number;
  readonly root: Uint8Array;
  readonly signed: KeptNote | null;
  readonly cosigned: KeptNote | null;
  readonly archived: KeptNote | null;
};

/**
 * Called between the steps of a transaction that carries the log on: the head is locked, entries have their places, nodes are
 * kept, and the checkpoint stands beside them; then it is committed.
 */
export type SequenceSteps = Readonly<Record<"locked" | "placed" | "noded" | "noted", () => Promise<void>>>;

const step = async (): Promise<void> => undefined;
const unwatched: SequenceSteps = { locked: step, placed: step, noded: step, noted: step };

/** Signs the checkpoint of a log of this size and root. */
export type SignHead = (size: number, root: Uint8Array) => string;

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

  /** @throws TaplineError `corrupt` where the kept edge cannot be */
  async head(): Promise<LogHead> {
    const row = await this.#prisma.auditHead.findUnique({ where: { origin: this.#origin } });
    if (row === null)
      return { size: 0, root: new MerkleEdge().root(), signed: null, cosigned: null, archived: null };
    return {
      size: Number(row.size),
      root: edgeOf(row).root(),
      signed: kept(row.size, row.note, row.notedAt),
      cosigned: kept(row.cosignedSize, row.cosignedNote, row.cosignedAt),
      archived: kept(row.archivedSize, row.archivedNote, row.archivedAt),
    };
  }

  /**
   * Gives a batch of waiting entries their places and keeps the checkpoint that covers them, all in one transaction: so
   * there is no gap and no double, whenever a process dies.
   * @returns how many; 0 where none waited, or another process is at it
   * @throws what `sign` throws, and nothing has changed then
   */
  async sequence(sign: SignHead, nowEpochMs: number): Promise<number> {
    return await this.#prisma.$transaction(
      async (tx) => {
        const row = await this.#lockHead(tx);
        if (row === null) return 0;
        await this.#steps.locked();
        const edge = await edgeOfAll(tx, row);
        const { size } = edge;
        const [answer] = await tx.$queryRawUnsafe<{ hashes: Uint8Array | null }[]>(
          sequenceSql,
          BigInt(size),
          entriesPerSequence,
        );
        const hashes = split(answer?.hashes ?? new Uint8Array(0));
        await this.#steps.placed();
        if (hashes.length === 0 && size === Number(row.size) && row.note !== null) return 0;
        for (const hash of hashes) edge.append(hash);
        await keepNodes(tx, size, hashes);
        await this.#steps.noded();
        await tx.auditHead.update({
          where: { origin: this.#origin },
          data: {
            size: BigInt(edge.size),
            edge: join(edge.roots),
            note: sign(edge.size, edge.root()),
            notedAt: new Date(nowEpochMs),
          },
        });
        await this.#steps.noted();
        return hashes.length;
      },
      // A batch that was begun is better ended, also on a busy machine.
      { timeout: 60_000 },
    );
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
    if (!uuidPattern.test(entryId)) return null;
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

  /** The root that the log had at `size`. */
  async rootAt(size: number): Promise<Uint8Array> {
    if (size === 0) return emptyRoot;
    const [root] = await this.#roots([{ start: 0, end: size }], size);
    return root ?? emptyRoot;
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
    await tx.auditHead.createMany({
      data: [{ origin: this.#origin, size: 0n, edge: new Uint8Array(0) }],
      skipDuplicates: true,
    });
    const held = await tx.$queryRaw<{ origin: string }[]>`
      SELECT origin FROM audit_head WHERE origin = ${this.#origin} FOR UPDATE SKIP LOCKED`;
    if (held.length === 0) return null;
    return await tx.auditHead.findUniqueOrThrow({ where: { origin: this.#origin } });
  }
}

/** The edge over every leaf that stands: also of those that were placed under another name of the log. */
async function edgeOfAll(tx: Transaction, row: AuditHead): Promise<MerkleEdge> {
  const [last] = await tx.$queryRaw<{ size: bigint | null }[]>`SELECT max(index) + 1 AS size FROM audit_leaf`;
  const size = Number(last?.size ?? 0n);
  if (size <= Number(row.size)) return edgeOf(row);
  const readTile = (level: number, index: number): Promise<Uint8Array[]> =>
    tileHashes(tx, level, index, widthAt(level, index, size));
  const roots: Uint8Array[] = [];
  for (const { level, index } of completeSubtrees({ start: 0, end: size }))
    roots.push(await rangeRoot({ start: index * 2 ** level, end: (index + 1) * 2 ** level }, readTile));
  return new MerkleEdge(size, roots);
}

function edgeOf(row: AuditHead): MerkleEdge {
  try {
    return new MerkleEdge(Number(row.size), split(row.edge));
  } catch (cause) {
    throw new TaplineError("corrupt", `the edge of the log ${row.origin} does not fit its size ${row.size}`, {
      remedy: "compare the log with the archive: tapline audit verify --full",
      cause,
    });
  }
}

/**
 * Keeps the roots of the subtrees of 256, 256², … leaves that have become full.
 * @param added leaf hashes that came behind the first `oldSize`
 */
async function keepNodes(tx: Transaction, oldSize: number, added: readonly Uint8Array[]): Promise<void> {
  let [old, hashes] = [oldSize, added];
  for (let level = 1; hashes.length > 0; level++) {
    const begun = old % tileWidth;
    const first = Math.floor(old / tileWidth);
    const fills = begun + hashes.length >= tileWidth;
    const before = fills && begun > 0 ? await tileHashes(tx, level - 1, first, begun) : [];
    const roots = fills ? fullRoots([...before, ...hashes]) : [];
    const data = roots.map((root, i) => ({ level, index: BigInt(first + i), hash: new Uint8Array(root) }));
    if (data.length > 0) await tx.auditNode.createMany({ data });
    [old, hashes] = [first, roots];
  }
}

/** The roots over each full tile of `hashes`; what is left over has none yet. */
function fullRoots(hashes: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: Math.floor(hashes.length / tileWidth) }, (_, i) =>
    fullRoot(hashes.slice(i * tileWidth, (i + 1) * tileWidth)),
  );
}

async function tileHashes(
  client: Pick<PrismaClient, "$queryRaw">,
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

const join = (hashes: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.concat(hashes));

function kept(size: bigint, note: string | null, at: Date | null): KeptNote | null {
  return note === null || at === null ? null : { size: Number(size), note, atEpochMs: at.getTime() };
}
