import type { Dir } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { TaplineError } from "@tapline/core/kernel";

/** Something that a client has opened. */
export type OpenHandle =
  | { readonly kind: "file"; readonly file: FileHandle; readonly local: string; readonly writable: boolean }
  | { readonly kind: "directory"; readonly dir: Dir; readonly local: string };

const maxHandles = 512;

/** What any client of a server holds open for writing. */
export type Writing = Set<OpenHandle>;

/** The handles of one client, by the 4 bytes that name them. */
export class OpenHandles {
  readonly #writing: Writing;
  readonly #open = new Map<number, OpenHandle>();
  readonly #opening = new Set<Promise<OpenHandle>>();
  #next = 0;

  /** @param writing shared by all clients of a server */
  constructor(writing: Writing) {
    this.#writing = writing;
  }

  /**
   * Opens something and names it. Its place is taken before the opening, so that many at once stay within the bound.
   * @throws TaplineError `overloaded` where the client holds too many already
   */
  async open(opening: () => Promise<OpenHandle>): Promise<Buffer> {
    if (this.#open.size + this.#opening.size >= maxHandles)
      throw new TaplineError("overloaded", `a client may hold ${maxHandles} files open`);
    const begun = opening();
    this.#opening.add(begun);
    try {
      return this.#add(await begun);
    } finally {
      this.#opening.delete(begun);
    }
  }

  /** @throws TaplineError `invalid-input` where there is no such handle of this kind */
  get<K extends OpenHandle["kind"]>(name: Buffer, kind: K): Extract<OpenHandle, { kind: K }> {
    const handle = this.#find(name);
    if (handle.kind !== kind) throw new TaplineError("invalid-input", `the handle is not of a ${kind}`);
    return handle as Extract<OpenHandle, { kind: K }>;
  }

  take(name: Buffer): OpenHandle {
    const handle = this.#find(name);
    this.#open.delete(name.readUInt32BE());
    return handle;
  }

  /** A handle that was taken is closed now. */
  closed(handle: OpenHandle): void {
    this.#writing.delete(handle);
  }

  /** Whether any client of the server can still change the file. */
  isWritten(local: string): boolean {
    return [...this.#writing].some((handle) => handle.local === local);
  }

  /** Also what is just being opened. */
  async closeAll(): Promise<void> {
    await Promise.allSettled(this.#opening);
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const handle of all) {
      await (handle.kind === "file" ? handle.file : handle.dir).close().catch(() => undefined);
      this.closed(handle);
    }
  }

  #add(handle: OpenHandle): Buffer {
    const id = this.#next;
    this.#next = (id + 1) % 2 ** 32;
    this.#open.set(id, handle);
    if (handle.kind === "file" && handle.writable) this.#writing.add(handle);
    const name = Buffer.alloc(4);
    name.writeUInt32BE(id);
    return name;
  }

  #find(name: Buffer): OpenHandle {
    const handle = name.length === 4 ? this.#open.get(name.readUInt32BE()) : undefined;
    if (handle === undefined) throw new TaplineError("invalid-input", "there is no such handle");
    return handle;
  }
}
