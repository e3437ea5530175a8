import { hasCode, messageOf, TaplineError } from "../kernel/index.ts";
import { same } from "./check-merkle.ts";
import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts";
import { checkpointSize, LogFiles } from "./log-files.ts";
import type { LeafRange } from "./merkle.ts";
import { readSignedCheckpoint } from "./signed-checkpoint.ts";
import { type NoteKey, parseNote } from "./signed-note.ts";
import {
  fullRoot,
  parseBundle,
  parseTile,
  type ReadTile,
  rangeRoot,
  tilePath,
  tileWidth,
  widthAt,
} from "./tiles.ts";
import type { LogPart } from "./walk-log.ts";

/** Where a log's files lie: an archive, or a copy of one. `read` throws TaplineError `not-found`. */
export type LogStore = {
  readonly read: (path: string) => Promise<Buffer>;
  readonly list: (dir: string) => Promise<readonly { readonly name: string; readonly kind: string }[]>;
};

/** A checkpoint with the note that signs it. */
export type ArchivedCheckpoint = Checkpoint & { readonly note: string };

/** A log as it lies in an archive: nothing that it reads is taken for true before a checkpoint's root vouches for it. */
export class ArchivedLog {
  readonly #store: LogStore;
  readonly #origin: string;
  readonly #files: LogFiles;

  /** @param origin the log's name */
  constructor(store: LogStore, origin: string) {
    this.#store = store;
    this.#origin = origin;
    this.#files = new LogFiles(origin);
  }

  /**
   * The newest checkpoint; null where there is none.
   * @throws TaplineError `corrupt` where it is of another log, the log's own key is not among `keys` or did not sign it, or it lies
   * under another size's name. A witness's signature alone says nothing: a witness cosigns any log's checkpoints.
   */
  async newest(keys: readonly NoteKey[]): Promise<ArchivedCheckpoint | null> {
    const path = await this.#newestPath();
    return path === null ? null : await this.#checkpoint(path, keys);
  }

  /**
   * The newest checkpoint as it lies there, whoever signed it: for who holds the log itself against it. Null where there is none.
   * @throws TaplineError `invalid-input` where it is no checkpoint
   */
  async claimed(): Promise<Checkpoint | null> {
    const path = await this.#newestPath();
    return path === null ? null : parseCheckpoint(parseNote((await this.#store.read(path)).toString()).text);
  }

  async #newestPath(): Promise<string | null> {
    let path = this.#files.checkpoints;
    for (;;) {
      const last = (await this.#list(path)).at(-1);
      if (last === undefined) return null;
      path = `${path}/${last.name}`;
      if (last.kind === "file") return path;
    }
  }

  /** Every checkpoint, the oldest first. @throws as `newest` */
  async *checkpoints(keys: readonly NoteKey[]): AsyncGenerator<ArchivedCheckpoint> {
    for await (const path of this.#paths(this.#files.checkpoints)) yield await this.#checkpoint(path, keys);
  }

  async *#paths(dir: string): AsyncGenerator<string> {
    for (const { name, kind } of await this.#list(dir))
      if (kind === "directory") yield* this.#paths(`${dir}/${name}`);
      else yield `${dir}/${name}`;
  }

  async #list(dir: string): Promise<readonly { readonly name: string; readonly kind: string }[]> {
    try {
      return await this.#store.list(dir);
    } catch (error) {
      if (hasCode(error, "not-found")) return [];
      throw error;
    }
  }

  async #checkpoint(path: string, keys: readonly NoteKey[]): Promise<ArchivedCheckpoint> {
    const text = (await this.#store.read(path)).toString("utf8");
    try {
      const { checkpoint } = readSignedCheckpoint(text, keys);
      if (checkpoint.origin !== this.#origin)
        throw new TaplineError("corrupt", `it is of the log ${checkpoint.origin}`);
      if (checkpoint.size !== checkpointSize(path))
        throw new TaplineError("corrupt", `it is of ${checkpoint.size} entries, which its name does not say`);
      return { ...checkpoint, note: text };
    } catch (cause) {
      throw new TaplineError(
        "corrupt",
        `${path} in the archive is no checkpoint of this log: ${messageOf(cause)}`,
        {
          remedy: "find out who put it there: nobody but the worker writes to the archive",
          facts: { file: path },
          cause,
        },
      );
    }
  }

  /**
   * The first `size` entries with their leaf hashes. Tiles of higher levels are held against those below them on the way, so a
   * walk to the end has looked at every file that the log of this size has.
   * @throws TaplineError `corrupt` naming the file that does not fit
   */
  async *parts(size: number): AsyncGenerator<LogPart> {
    const upper = new UpperTiles((level, index) => this.tile(level, index, size));
    for (let index = 0; index * tileWidth < size; index++) {
      const leafHashes = await this.tile(0, index, size);
      yield { entries: await this.#bundle(index, size), leafHashes };
      if (leafHashes.length === tileWidth) await upper.add(1, fullRoot(leafHashes));
    }
    await upper.end();
  }

  /** The hashes of tile `index` of `level` as the log of `size` has it. @throws TaplineError `corrupt`, `not-found` */
  async tile(level: number, index: number, size: number): Promise<Uint8Array[]> {
    const width = widthAt(level, index, size);
    const { bytes, kept } = await this.#readTile(level, index, width);
    return parseTile({ level, index, width: kept }, bytes).slice(0, width);
  }

  async #bundle(index: number, size: number): Promise<Uint8Array[]> {
    const width = widthAt(0, index, size);
    const { bytes, kept } = await this.#readTile("entries", index, width);
    return parseBundle({ level: "entries", index, width: kept }, bytes).slice(0, width);
  }

  /** A tile that has become full since need not lie there as it was before. */
  async #readTile(
    level: number | "entries",
    index: number,
    width: number,
  ): Promise<{ bytes: Buffer; kept: number }> {
    try {
      return { bytes: await this.#store.read(this.#files.tile({ level, index, width })), kept: width };
    } catch (error) {
      if (!hasCode(error, "not-found") || width === tileWidth) throw error;
      const full = this.#files.tile({ level, index, width: tileWidth });
      return { bytes: await this.#store.read(full), kept: tileWidth };
    }
  }

  /** The roots over `ranges` of the log of `size`: what proofs are made of. */
  async roots(ranges: readonly LeafRange[], size: number): Promise<Uint8Array[]> {
    const readTile = (level: number, index: number) => this.tile(level, index, size);
    return await Promise.all(ranges.map((range) => rangeRoot(range, readTile)));
  }
}

/** Holds tiles above the lowest level against the roots of those below them. */
class UpperTiles {
  readonly #read: ReadTile;
  /** By level: the tile that is being filled from below. */
  readonly #filling: { index: number; hashes: Uint8Array[] }[] = [];

  constructor(read: ReadTile) {
    this.#read = read;
  }

  /** The root of the next full tile of the level below. */
  async add(level: number, root: Uint8Array): Promise<void> {
    this.#filling[level] ??= { index: 0, hashes: [] };
    const tile = this.#filling[level];
    tile.hashes.push(root);
    if (tile.hashes.length < tileWidth) return;
    await this.#compare(level, tile);
    this.#filling[level] = { index: tile.index + 1, hashes: [] };
    await this.add(level + 1, fullRoot(tile.hashes));
  }

  /** The last tile of each level, where it is not full. */
  async end(): Promise<void> {
    for (const [level, tile] of this.#filling.entries())
      if (tile !== undefined && tile.hashes.length > 0) await this.#compare(level, tile);
  }

  async #compare(level: number, { index, hashes }: { index: number; hashes: Uint8Array[] }): Promise<void> {
    const kept = await this.#read(level, index);
    if (hashes.every((hash, i) => same(hash, kept[i] ?? new Uint8Array(0)))) return;
    const file = tilePath({ level, index, width: hashes.length });
    throw new TaplineError("corrupt", `the log's file ${file} does not fit the tiles below it`, {
      facts: { file },
    });
  }
}
