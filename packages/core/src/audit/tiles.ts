import { TaplineError } from "../kernel/index.ts";
import { completeSubtrees, foldSubtrees, type LeafRange, nodeHash } from "./merkle.ts";

/**
 * A log as static files (c2sp.org/tlog-tiles): tiles of up to 256 hashes, where a tile of level l holds the roots of full
 * tiles of level l − 1, and bundles of up to 256 entries.
 */

export const tileWidth = 256;
const tileHeight = 8;
const hashBytes = 32;
const maxEntryBytes = 65_535;

export type TileName = {
  /** Level of the hashes; "entries" for a bundle. */
  readonly level: number | "entries";
  readonly index: number;
  /** Hashes or entries in it, 1 to 256. */
  readonly width: number;
};

/** Where a tile lies below the log's prefix: `tile/0/x001/x234/067`, with `.p/<width>` where it is not full. */
export function tilePath({ level, index, width }: TileName): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, "0"));
  const place = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join("/");
  return `tile/${level}/${place}${width === tileWidth ? "" : `.p/${width}`}`;
}

/** The tiles and bundles by which the log of `size` has grown since it had `oldSize`, and its partial ones. */
export function tilesBetween(oldSize: number, size: number): TileName[] {
  const names: TileName[] = [];
  for (let level = 0, [old, now] = [oldSize, size]; now > 0; level++) {
    for (let index = Math.floor(old / tileWidth); index * tileWidth < now; index++) {
      const width = Math.min(tileWidth, now - index * tileWidth);
      if (index * tileWidth + width <= old) continue;
      names.push({ level, index, width });
      if (level === 0) names.push({ level: "entries", index, width });
    }
    [old, now] = [Math.floor(old / tileWidth), Math.floor(now / tileWidth)];
  }
  return names;
}

/** The width that tile `index` of `level` has in the log of `size`; 0 where it has none. */
export function widthAt(level: number, index: number, size: number): number {
  const hashes = Math.floor(size / tileWidth ** level);
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth));
}

/** @throws TaplineError `corrupt` where the bytes are not `width` hashes */
export function parseTile(name: TileName, bytes: Uint8Array): Uint8Array[] {
  if (bytes.length !== name.width * hashBytes)
    throw damaged(name, `it has ${bytes.length} bytes instead of ${name.width * hashBytes}`);
  return Array.from({ length: name.width }, (_, i) => bytes.subarray(i * hashBytes, (i + 1) * hashBytes));
}

/** Entries behind their lengths (u16, big-endian). @throws TaplineError `invalid-input` where one is above 65,535 bytes */
export function formatBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      if (entry.length > maxEntryBytes)
        throw new TaplineError("invalid-input", `an entry of ${entry.length} bytes is too long for the log`);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** @throws TaplineError `corrupt` where the bytes are not `width` entries */
export function parseBundle(name: TileName, bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    if (at + 2 + length > bytes.length) throw damaged(name, "it ends within an entry");
    entries.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (entries.length !== name.width)
    throw damaged(name, `it holds ${entries.length} entries instead of ${name.width}`);
  return entries;
}

function damaged(name: TileName, why: string): TaplineError {
  return new TaplineError("corrupt", `the log's file ${tilePath(name)} is damaged: ${why}`, {
    facts: { file: tilePath(name) },
  });
}

/** Reads the hashes of one tile, as wide as the log of the reader's size has it. */
export type ReadTile = (level: number, index: number) => Promise<readonly Uint8Array[]>;

/** The root over a range that a tree splits off, by the tiles that hold its hashes. */
export async function rangeRoot(range: LeafRange, readTile: ReadTile): Promise<Uint8Array> {
  const parts = completeSubtrees(range).map(({ level, index }) => subtreeRoot(level, index, readTile));
  return foldSubtrees(await Promise.all(parts));
}

/**
 * Tells roots of complete subtrees as `ExportProver` asks for them: from left to right, so of each level the tile that was read last
 * is kept.
 */
export function subtreeReader(readTile: ReadTile): (level: number, index: number) => Promise<Uint8Array> {
  const kept = new Map<number, { at: number; hashes: Promise<readonly Uint8Array[]> }>();
  const readKept: ReadTile = (level, at) => {
    const known = kept.get(level);
    if (known?.at === at) return known.hashes;
    const hashes = readTile(level, at);
    kept.set(level, { at, hashes });
    return hashes;
  };
  return (level, index) => subtreeRoot(level, index, readKept);
}

async function subtreeRoot(level: number, index: number, readTile: ReadTile): Promise<Uint8Array> {
  const tileLevel = Math.floor(level / tileHeight);
  const span = 2 ** (level % tileHeight);
  const first = index * span;
  const tile = await readTile(tileLevel, Math.floor(first / tileWidth));
  const from = first % tileWidth;
  const hashes = tile.slice(from, from + span);
  if (hashes.length !== span)
    throw new TaplineError("corrupt", `tile ${tileLevel}/${Math.floor(first / tileWidth)} is too short`);
  return fullRoot(hashes);
}

/** The root over a power of two of hashes. */
export function fullRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1)
    row = Array.from({ length: row.length / 2 }, (_, i) =>
      nodeHash(row[2 * i] as Uint8Array, row[2 * i + 1] as Uint8Array),
    );
  return row[0] as Uint8Array;
}
