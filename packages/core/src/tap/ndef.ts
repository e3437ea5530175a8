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
const tnfExternal = 0x04;
const firstAndLast = messageBegin | messageEnd | tnfExternal;

/**
 * Writes an NDEF message (NFC Forum NDEF 1.0 §3.2) of exactly one external record of our type: the short form
 * up to 255 bytes of payload, the long form above.
 */
export function encodeNdef(payload: Uint8Array): Buffer {
  const short = payload.length < 256;
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
 * Reads an NDEF message that must be exactly one whole external record of our type; the short and the long form
 * both count. Whatever else is there is refused by name.
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
  if (holdsRecord(payload)) return refuse("nested", "the payload is itself an NDEF record");
  return { ok: true, payload };
}

function faultOfFlags(flags: number): NdefResult | null {
  if ((flags & chunkFlag) !== 0) return refuse("chunked", "the record is a chunk of a larger one");
  if ((flags & messageBegin) === 0) return refuse("truncated", "the message's first record is missing");
  if ((flags & messageEnd) === 0) return refuse("several-records", "more records follow the first");
  if ((flags & tnfMask) !== tnfExternal)
    return refuse("wrong-type", `type name format ${flags & tnfMask}, must be 4 (external)`);
  if ((flags & idPresent) !== 0) return refuse("id-field", "the record carries an id, ours has none");
  return null;
}

/** True where `payload` begins as an external record of our type does. */
function holdsRecord(payload: Buffer): boolean {
  const flags = payload[0] ?? 0;
  if ((flags & tnfMask) !== tnfExternal || payload[1] !== typeBytes.length) return false;
  const typeAt = (flags & shortRecord) === 0 ? 6 : 3;
  return payload.subarray(typeAt, typeAt + typeBytes.length).equals(typeBytes);
}

function refuse(fault: NdefFault, detail: string): NdefResult {
  return { ok: false, fault, detail: `${fault}: ${detail}` };
}
