import { crc32 } from "node:zlib";

type Write = (bytes: Uint8Array) => Promise<void>;

const localSignature = 0x04034b50;
const descriptorSignature = 0x08074b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
/** 2.0: folders, deflate, data descriptors. */
const version = 20;
/** Bit 3: size and checksum follow the data. Bit 11: names are UTF-8. */
const flags = 0x0808;
const most = 0xffff_fffe;

type Written = { readonly name: Buffer; readonly at: number; crc: number; size: number };

/**
 * A ZIP file that is sent while it is made (PKWARE APPNOTE 6.3.10, §4.3), its files stored as they are, one behind the other. For a
 * few files of less than 4 GiB together.
 */
export class ZipStream {
  readonly #write: Write;
  readonly #dosTime: number;
  readonly #files: Written[] = [];
  #at = 0;

  /** @param write called with one part at a time @param nowEpochMs when the files were made */
  constructor(write: Write, nowEpochMs: number) {
    this.#write = write;
    this.#dosTime = dosTimeOf(nowEpochMs);
  }

  /** Begins a file. @returns what writes it; it ends with the next one, or with the ZIP file */
  async begin(name: string): Promise<Write> {
    await this.#describe();
    const file: Written = { name: Buffer.from(name), at: this.#at, crc: 0, size: 0 };
    this.#files.push(file);
    const head = Buffer.alloc(30);
    head.writeUInt32LE(localSignature, 0);
    head.writeUInt16LE(version, 4);
    head.writeUInt16LE(flags, 6);
    head.writeUInt32LE(this.#dosTime, 10);
    head.writeUInt16LE(file.name.length, 26);
    await this.#send(Buffer.concat([head, file.name]));
    return async (bytes) => {
      file.crc = crc32(bytes, file.crc);
      file.size += bytes.length;
      await this.#send(bytes);
    };
  }

  /** Writes the directory of what is in it. @throws RangeError where it became too large for its form */
  async end(): Promise<void> {
    await this.#describe();
    const start = this.#at;
    for (const file of this.#files) await this.#send(this.#entryOf(file));
    const end = Buffer.alloc(22);
    end.writeUInt32LE(endSignature, 0);
    end.writeUInt16LE(this.#files.length, 8);
    end.writeUInt16LE(this.#files.length, 10);
    end.writeUInt32LE(this.#at - start, 12);
    end.writeUInt32LE(start, 16);
    await this.#send(end);
  }

  #entryOf({ name, at, crc, size }: Written): Buffer {
    const head = Buffer.alloc(46);
    head.writeUInt32LE(centralSignature, 0);
    head.writeUInt16LE(version, 4);
    head.writeUInt16LE(version, 6);
    head.writeUInt16LE(flags, 8);
    head.writeUInt32LE(this.#dosTime, 12);
    head.writeUInt32LE(crc, 16);
    head.writeUInt32LE(size, 20);
    head.writeUInt32LE(size, 24);
    head.writeUInt16LE(name.length, 28);
    head.writeUInt32LE(at, 42);
    return Buffer.concat([head, name]);
  }

  /** What could not be said before the data: its checksum and size. */
  async #describe(): Promise<void> {
    const file = this.#files.at(-1);
    if (file === undefined) return;
    const descriptor = Buffer.alloc(16);
    descriptor.writeUInt32LE(descriptorSignature, 0);
    descriptor.writeUInt32LE(file.crc, 4);
    descriptor.writeUInt32LE(file.size, 8);
    descriptor.writeUInt32LE(file.size, 12);
    await this.#send(descriptor);
  }

  async #send(bytes: Uint8Array): Promise<void> {
    this.#at += bytes.length;
    if (this.#at > most) throw new RangeError("the ZIP file would have more than 4 GiB");
    if (bytes.length > 0) await this.#write(bytes);
  }
}

/** Date and time as MS-DOS has them, UTC: two seconds are its smallest part. */
function dosTimeOf(epochMs: number): number {
  const at = new Date(epochMs);
  const time = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  const day = ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
  return ((day << 16) | time) >>> 0;
}
