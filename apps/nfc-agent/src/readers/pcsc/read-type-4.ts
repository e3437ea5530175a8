import { CardFault, exchange, hexStatus, type Steps, statusOk } from "./card-steps.ts";

/** SELECT by name: the NDEF application, D2760000850101 (NFC Forum Type 4 Tag 2.0 §5.5.2). */
const selectApplication = Buffer.from("00a4040007d276000085010100", "hex");
const capabilityFile = Buffer.from("e103", "hex");
const containerBytes = 15;
/** Length of the NDEF message, in front of it in its file. */
const lengthBytes = 2;
/** READ BINARY has 15 bits for the offset; the first byte of Le has 255 as its largest plain value. */
const maxOffset = 0x7fff;
const maxLe = 255;
const minLe = 15;
const ndefFileControl = Buffer.from([0x04, 0x06]);

type Container = { fileId: Buffer; maxFileBytes: number; pieceBytes: number };

function* select(fileId: Buffer, what: string): Steps<void> {
  const apdu = Buffer.concat([Buffer.from([0x00, 0xa4, 0x00, 0x0c, fileId.length]), fileId]);
  const { status } = yield* exchange(apdu, 0);
  if (status !== statusOk)
    throw new CardFault("failed", `${what} could not be selected (status ${hexStatus(status)})`);
}

function* readBinary(offset: number, bytes: number): Steps<Buffer> {
  const apdu = Buffer.from([0x00, 0xb0, offset >> 8, offset & 0xff, bytes]);
  const { data, status } = yield* exchange(apdu, bytes);
  if (status !== statusOk)
    throw new CardFault("failed", `byte ${offset} could not be read (status ${hexStatus(status)})`);
  if (data.length === 0) throw new CardFault("failed", `no byte came from offset ${offset}`);
  return data;
}

/** Reads exactly `bytes` from `offset`, in as many pieces as the tag gives them. */
function* readFrom(offset: number, bytes: number, pieceBytes: number): Steps<Buffer> {
  const pieces: Buffer[] = [];
  let there = 0;
  while (there < bytes) {
    const piece = yield* readBinary(offset + there, Math.min(pieceBytes, bytes - there));
    pieces.push(piece);
    there += piece.length;
  }
  return Buffer.concat(pieces, bytes);
}

/** Reads the capability container (NFC Forum Type 4 Tag 2.0 §5.1). */
function* readContainer(): Steps<Container> {
  yield* select(capabilityFile, "the capability container");
  const bytes = yield* readFrom(0, containerBytes, containerBytes);
  const version = (bytes[2] ?? 0) >> 4;
  if (version < 1 || version > 3)
    throw new CardFault("unsupported", `the tag has NDEF mapping version ${version}`);
  if (!bytes.subarray(7, 9).equals(ndefFileControl))
    throw new CardFault("unsupported", "the tag's capability container names no NDEF file of ours");
  if (bytes[13] !== 0) throw new CardFault("unsupported", "the tag is protected against reading");
  const largest = bytes.readUInt16BE(3);
  if (largest < minLe)
    throw new CardFault("failed", `the tag answers at most ${largest} bytes, 15 are the least`);
  return {
    fileId: bytes.subarray(9, 11),
    maxFileBytes: bytes.readUInt16BE(11),
    pieceBytes: Math.min(largest, maxLe),
  };
}

/**
 * Reads the NDEF message of a Type 4 tag: application, capability container, file, length, message, in pieces that the
 * tag can answer. Then the length and the message's first bytes are read again.
 * @param headBytes how much of the message is looked at a second time
 * @throws CardFault `torn` where the second look differs, `unsupported` where the card has no NDEF application
 */
export function* readType4(maxBytes: number, headBytes: number): Steps<Buffer> {
  const { status } = yield* exchange(selectApplication, maxLe);
  if (status !== statusOk)
    throw new CardFault("unsupported", `the card has no NDEF application (status ${hexStatus(status)})`);
  const { fileId, maxFileBytes, pieceBytes } = yield* readContainer();
  yield* select(fileId, "the NDEF file");
  const length = (yield* readFrom(0, lengthBytes, pieceBytes)).readUInt16BE();
  if (length > maxBytes)
    throw new CardFault("not-a-tap", `the message has ${length} bytes, at most ${maxBytes} are taken`);
  if (lengthBytes + length > Math.min(maxFileBytes, maxOffset))
    throw new CardFault("torn", `a length of ${length} bytes goes beyond the tag's file`);
  const message = yield* readFrom(lengthBytes, length, pieceBytes);
  const again = yield* readFrom(0, lengthBytes + Math.min(headBytes, length), pieceBytes);
  const isSame =
    again.readUInt16BE() === length && message.subarray(0, headBytes).equals(again.subarray(lengthBytes));
  if (!isSame) throw new CardFault("torn", "the tag's content changed while it was read");
  return message;
}
