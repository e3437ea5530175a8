/** What answers commands on a virtual reader. */
export type VirtualCard = {
  answerToReset: Buffer;
  /** The response APDU to a command; `silence`: never; `leave`: the card is pulled away. */
  respond: (apdu: Buffer) => Buffer | "silence" | "leave";
  /** Called when the card gets power or is reset. */
  reset?: () => void;
};

export const ok = Buffer.from("9000", "hex");
const notFound = Buffer.from("6a82", "hex");
const notSupported = Buffer.from("6d00", "hex");
const wrongPlace = Buffer.from("6300", "hex");

/** Answers to reset as contactless readers build them (PC/SC Part 3 §3.1.3.2.3). */
export const answersToReset = {
  type2: Buffer.from("3b8f8001804f0ca0000003060300030000000068", "hex"),
  type4: Buffer.from("3b80800101", "hex"),
  mifareClassic: Buffer.from("3b8f8001804f0ca000000306030001000000006a", "hex"),
} as const;

const getUid = Buffer.from("ffca000000", "hex");
const applicationName = Buffer.from("d2760000850101", "hex");
const readBinary = 0xb0;
const selectFile = 0xa4;

export type TagOptions = {
  /** The NDEF message; called at each read, so that it may change. */
  message: () => Buffer;
  /** The UID; called at each question, so that another tag may answer. */
  uid?: () => Buffer;
};

const defaultUid = Buffer.from("04aabbccddeeff", "hex");

/** The NDEF length in a TLV or, for `bytes` ≥ 255, in its long form (NFC Forum Type 2 Tag 1.0 §2.3). */
function tlvLength(bytes: number): Buffer {
  return bytes < 255 ? Buffer.from([bytes]) : Buffer.from([0xff, bytes >> 8, bytes & 0xff]);
}

/** The memory of a Type 2 tag from page 0 on, of `dataBytes` of data area, with TLV blocks `before` the message's. */
export function type2Memory(message: Buffer, dataBytes: number, before = Buffer.alloc(0)): Buffer {
  const memory = Buffer.alloc(16 + dataBytes);
  memory.set([0xe1, 0x10, dataBytes / 8, 0x00], 12);
  Buffer.concat([before, Buffer.from([0x03]), tlvLength(message.length), message, Buffer.from([0xfe])]).copy(
    memory,
    16,
  );
  return memory;
}

/** A Type 2 tag such as NTAG I2C 1k, behind a reader that knows READ. A read past its end is refused, and counted. */
export function type2Card(options: TagOptions & { dataBytes?: number }) {
  const { message, uid = () => defaultUid, dataBytes = 872 } = options;
  const seen = { readsPastEnd: 0 };
  const respond = (apdu: Buffer): Buffer => {
    if (apdu.equals(getUid)) return Buffer.concat([uid(), ok]);
    if (apdu[0] !== 0xff || apdu[1] !== readBinary) return notSupported;
    const from = (apdu[3] ?? 0) * 4;
    const memory = type2Memory(message(), dataBytes);
    if (from + 16 > memory.length) {
      seen.readsPastEnd += 1;
      return wrongPlace;
    }
    return Buffer.concat([memory.subarray(from, from + 16), ok]);
  };
  return { answerToReset: answersToReset.type2, respond, seen } satisfies VirtualCard & { seen: object };
}

/**
 * A Type 4 tag.
 * @param options.maxLe most bytes that it answers at once, default 246
 */
export function type4Card(options: TagOptions & { maxLe?: number }): VirtualCard {
  const { message, uid = () => defaultUid, maxLe = 246 } = options;
  let selected = "";
  const file = (): Buffer => {
    if (selected === "e103") {
      const container = Buffer.from("000f20000000ff0406e10480000000", "hex");
      container.writeUInt16BE(maxLe, 3);
      return container;
    }
    const body = message();
    const length = Buffer.alloc(2);
    length.writeUInt16BE(body.length);
    return Buffer.concat([length, body]);
  };
  const select = (apdu: Buffer): Buffer => {
    const name = apdu.subarray(5, 5 + (apdu[4] ?? 0));
    const isKnown =
      apdu[2] === 4 ? name.equals(applicationName) : ["e103", "e104"].includes(name.toString("hex"));
    if (!isKnown) return notFound;
    selected = name.toString("hex");
    return ok;
  };
  return {
    answerToReset: answersToReset.type4,
    reset: () => {
      selected = "";
    },
    respond: (apdu) => {
      if (apdu.equals(getUid)) return Buffer.concat([uid(), ok]);
      if (apdu[1] === selectFile) return select(apdu);
      if (apdu[0] !== 0 || apdu[1] !== readBinary || selected === "") return notSupported;
      const from = apdu.readUInt16BE(2);
      const bytes = Math.min(apdu[4] ?? 0, maxLe);
      return Buffer.concat([file().subarray(from, from + bytes), ok]);
    },
  };
}

/** `card`, until it has answered `count` commands; then each further one gets `what`. */
export function after(count: number, card: VirtualCard, what: "silence" | "leave"): VirtualCard {
  let answered = 0;
  return {
    ...card,
    respond: (apdu) => {
      answered += 1;
      return answered > count ? what : card.respond(apdu);
    },
  };
}
