/** The NFC Forum external type of our record, as it stands on the tag: domain, colon, name. */
export const tapRecordType = "tapline.dev:tap1";

/** Why an NDEF message was refused, by name. */
export type NdefFault =
  | "empty"
  | "truncated"
  | "overlong"
  | "chunked"
  | "nested"
  | "trailing"
  | "several-records"
  | "id-field"
  | "wrong-type";

export type NdefResult = { ok: true; payload: Buffer } | { ok: false; fault: NdefFault; detail: string };

const typeBytes = Buffer.from(tapRecordType, "latin1");
const messageBegin = 0x80;
const messageEnd = 0x40;
const chunkFlag = 0x20;
const shortRecord = 0x10;
const idPresent = 0x08;
const tnfMask = 0x07;
const tnfEmpty = 0x00;
const tnfExternal = 0x04;
const tnfUnknown = 0x05;
const firstAndLast = messageBegin | messageEnd | tnfExternal;
/** From this many bytes of payload on, a record has the long form. */
const longFrom = 256;
/** How a COSE_Sign1 begins; read as NDEF, it would be a MIME record with a type of 132 bytes. */
const sign1Head = Buffer.from("d284", "hex");

/**
 * Writes an NDEF message (NFC Forum NDEF 1.0 §3.2) of exactly one external record of our type: the short form
 * up to 255 bytes of payload, the long form above.
 */
export function encodeNdef(payload: Uint8Array): Buffer {
  const short = payload.length < longFrom;
  const lengthBytes = short ? 1 : 4;
  const out = Buffer.allocUnsafe(2 + lengthBytes + typeBytes.length + payload.length);
  out[0] = short ? firstAndLast | shortRecord : firstAndLast;
  out[1] = typeBytes.length;
  out.writeUIntBE(payload.length, 2, lengthBytes);
  typeBytes.copy(out, 2 + lengthBytes);
  out.set(payload, 2 + lengthBytes + typeBytes.length);
  return out;
}

/**
 * Reads an NDEF message that must be exactly one whole external record of our type, in the short form up to 255 bytes of
 * payload and in the long form above, so that a packet has one form only. Whatever else is there is refused by name.
 * @returns the payload as a view into `message`, nothing copied
 * @param maxBytes longest message taken, bytes
 */
export function decodeNdef(message: Uint8Array, maxBytes: number): NdefResult {
  const flags = message[0];
  if (flags === undefined) return refuse("empty", "the tag holds no bytes");
  if (message.length > maxBytes)
    return refuse("overlong", `${message.length} bytes, at most ${maxBytes} are taken`);
  const flagFault = faultOfFlags(flags);
  if (flagFault !== null) return flagFault;
  const lengthBytes = (flags & shortRecord) === 0 ? 4 : 1;
  const typeAt = 2 + lengthBytes;
  if (message.length < typeAt)
    return refuse("truncated", `the record's head ends after ${message.length} bytes`);
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  if (bytes[1] !== typeBytes.length) return refuse("wrong-type", `a type of ${bytes[1]} bytes`);
  const payloadAt = typeAt + typeBytes.length;
  const end = payloadAt + bytes.readUIntBE(2, lengthBytes);
  if (bytes.length < payloadAt) return refuse("truncated", `the type ends after ${bytes.length} bytes`);
  if (bytes.compare(typeBytes, 0, typeBytes.length, typeAt, payloadAt) !== 0)
    return refuse("wrong-type", `the type is not ${tapRecordType}`);
  if (bytes.length < end) return refuse("truncated", `${bytes.length} of ${end} bytes are there`);
  if (bytes.length > end) return refuse("trailing", `${bytes.length - end} bytes follow the record`);
  const payload = bytes.subarray(payloadAt, end);
  if (lengthBytes === 4 && payload.length < longFrom)
    return refuse(
      "overlong",
      `the long form for ${payload.length} bytes, below ${longFrom} the short one is due`,
    );
  if (holdsRecord(payload)) return refuse("nested", "the payload is itself an NDEF record");
  return { ok: true, payload };
}

function faultOfFlags(flags: number): NdefResult | null {
  if ((flags & chunkFlag) !== 0) return refuse("chunked", "the record is a chunk of a larger one");
  if ((flags & messageBegin) === 0) return refuse("truncated", "the message's first record is missing");
  if ((flags & messageEnd) === 0) return refuse("several-records", "more records follow the first");
  if ((flags & tnfMask) === tnfEmpty) return refuse("empty", "the tag holds an empty record");
  if ((flags & tnfMask) !== tnfExternal)
    return refuse("wrong-type", `type name format ${flags & tnfMask}, must be 4 (external)`);
  if ((flags & idPresent) !== 0) return refuse("id-field", "the record carries an id, ours has none");
  return null;
}

/** True where `payload` begins as an external record of our type does, or is a whole NDEF message of any other. */
function holdsRecord(payload: Buffer): boolean {
  const [flags = 0, typeLength = 0] = payload;
  const tnf = flags & tnfMask;
  if (tnf === tnfEmpty || tnf > tnfUnknown || payload.subarray(0, 2).equals(sign1Head)) return false;
  const lengthBytes = (flags & shortRecord) === 0 ? 4 : 1;
  const idLengthAt = 2 + lengthBytes;
  const typeAt = idLengthAt + ((flags & idPresent) === 0 ? 0 : 1);
  if (payload.length < typeAt) return false;
  const type = payload.subarray(typeAt, typeAt + typeLength);
  if (tnf === tnfExternal && type.equals(typeBytes)) return true;
  if ((flags & messageBegin) === 0 || (flags & messageEnd) === 0) return false;
  const idLength = typeAt === idLengthAt ? 0 : (payload[idLengthAt] ?? 0);
  return payload.length === typeAt + typeLength + idLength + payload.readUIntBE(2, lengthBytes);
}

function refuse(fault: NdefFault, detail: string): NdefResult {
  return { ok: false, fault, detail: `${fault}: ${detail}` };
}
