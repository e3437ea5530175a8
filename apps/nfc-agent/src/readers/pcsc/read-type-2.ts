import { CardFault, exchange, hexStatus, type Steps, statusOk } from "./card-steps.ts";

const pageBytes = 4;
const blockBytes = 16;
/** The capability container is page 3, the data area begins behind it (NFC Forum Type 2 Tag 1.0 §6.1). */
const containerAt = 12;
const dataAt = 16;
/** READ names a page by one byte: what lies behind is in another sector, which PC/SC cannot select. */
const addressableBytes = 256 * pageBytes;
const ndefMagic = 0xe1;

const tlv = { null: 0x00, lock: 0x01, memory: 0x02, ndef: 0x03, terminator: 0xfe } as const;

/** Bytes within the data area that hold no data: lock bits and what the tag keeps for itself. */
type Reserved = { from: number; to: number };

/** A Type 2 tag's memory, fetched block by block as it is asked for. */
class TagMemory {
  readonly #blocks = new Map<number, Buffer>();
  /** First address behind what may be read. */
  #endAt = dataAt;
  #reserved: Reserved[] = [];

  /** Reads the capability container, which says how large the data area is. */
  *open(): Steps<void> {
    const container = (yield* this.#fetch(containerAt)).subarray(0, pageBytes);
    if (container[0] !== ndefMagic) throw new CardFault("not-a-tap", "the tag is not formatted for NDEF");
    if (((container[1] ?? 0) & 0xf0) !== 0x10)
      throw new CardFault("unsupported", `the tag has NDEF mapping version 0x${hexByte(container[1])}`);
    if (((container[3] ?? 0) & 0xf0) !== 0)
      throw new CardFault("unsupported", "the tag is protected against reading");
    this.#endAt = dataAt + (container[2] ?? 0) * 8;
  }

  /** First data byte at or behind `address` that is not reserved. */
  skipReserved(address: number): number {
    let at = address;
    for (let isMoved = true; isMoved; ) {
      isMoved = false;
      for (const { from, to } of this.#reserved) {
        if (at < from || at >= to) continue;
        at = to;
        isMoved = true;
      }
    }
    return at;
  }

  reserve(range: Reserved): void {
    this.#reserved.push(range);
  }

  /** True where `address` lies in the data area. */
  holds(address: number): boolean {
    return address < this.#endAt;
  }

  *byteAt(address: number): Steps<number> {
    if (!this.holds(address)) throw new CardFault("torn", "the tag's data go on behind its end");
    if (address >= addressableBytes)
      throw new CardFault(
        "unsupported",
        "the tap goes on in the tag's second sector, which PC/SC cannot reach",
      );
    // A block ends with the data area at the latest: a READ over a tag's end can wedge the reader.
    const lastStart = Math.min(this.#endAt, addressableBytes) - blockBytes;
    const aligned = address - ((address - containerAt) % blockBytes);
    const start = Math.min(aligned, lastStart);
    const block = this.#blocks.get(start) ?? (yield* this.#fetch(start));
    return block[address - start] ?? 0;
  }

  *#fetch(start: number): Steps<Buffer> {
    const apdu = Buffer.from([0xff, 0xb0, 0x00, start / pageBytes, blockBytes]);
    const { data, status } = yield* exchange(apdu, blockBytes);
    if (status !== statusOk || data.length !== blockBytes)
      throw new CardFault(
        "failed",
        `page ${start / pageBytes} could not be read (status ${hexStatus(status)})`,
      );
    this.#blocks.set(start, data);
    return data;
  }
}

/** Where a tag's NDEF message stands. */
type Place = { valueAt: number; length: number };

/** Walks the TLV blocks (NFC Forum Type 2 Tag 1.0 §2.3) to the NDEF message. */
function* findMessage(memory: TagMemory): Steps<Place> {
  let at = dataAt;
  const next = function* (): Steps<number> {
    at = memory.skipReserved(at);
    const byte = yield* memory.byteAt(at);
    at += 1;
    return byte;
  };
  while (memory.holds(memory.skipReserved(at))) {
    const type = yield* next();
    if (type === tlv.null) continue;
    if (type === tlv.terminator) break;
    const short = yield* next();
    const length = short === 0xff ? (yield* next()) * 256 + (yield* next()) : short;
    if (type === tlv.ndef) return { valueAt: at, length };
    if ((type === tlv.lock || type === tlv.memory) && length === 3) {
      const control = [yield* next(), yield* next(), yield* next()] as const;
      memory.reserve(reservedBy(type, control));
      continue;
    }
    for (let skipped = 0; skipped < length; skipped += 1) at = memory.skipReserved(at) + 1;
  }
  throw new CardFault("not-a-tap", "the tag holds no NDEF message");
}

/** What a control TLV reserves (NFC Forum Type 2 Tag 1.0 §2.3.2, §2.3.3). */
function reservedBy(type: number, [position, size, pages]: readonly [number, number, number]): Reserved {
  const from = (position >> 4) * 2 ** (pages & 0x0f) + (position & 0x0f);
  const units = size === 0 ? 256 : size;
  return { from, to: from + (type === tlv.lock ? Math.ceil(units / 8) : units) };
}

function* copyBytes(memory: TagMemory, place: Place, count: number): Steps<Buffer> {
  const out = Buffer.alloc(count);
  let at = place.valueAt;
  for (let index = 0; index < count; index += 1) {
    at = memory.skipReserved(at);
    out[index] = yield* memory.byteAt(at);
    at += 1;
  }
  return out;
}

/**
 * Reads the NDEF message of a Type 2 tag, from the capability container on, and never past the message's end or the tag's.
 * Then the length and the message's first bytes are read again.
 * @param headBytes how much of the message is looked at a second time
 * @throws CardFault `torn` where the second look differs
 */
export function* readType2(maxBytes: number, headBytes: number): Steps<Buffer> {
  const memory = new TagMemory();
  yield* memory.open();
  const place = yield* findMessage(memory);
  if (place.length > maxBytes)
    throw new CardFault("not-a-tap", `the message has ${place.length} bytes, at most ${maxBytes} are taken`);
  const message = yield* copyBytes(memory, place, place.length);
  const again = new TagMemory();
  yield* again.open();
  const placeAgain = yield* findMessage(again);
  const head = message.subarray(0, headBytes);
  const isSame =
    placeAgain.valueAt === place.valueAt &&
    placeAgain.length === place.length &&
    (yield* copyBytes(again, place, head.length)).equals(head);
  if (!isSame) throw new CardFault("torn", "the tag's content changed while it was read");
  return message;
}

function hexByte(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, "0");
}
