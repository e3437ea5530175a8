import { ProofError, readEntry } from "../audit/index.ts";
import { canonicalJson, decodeBase45, encodeBase45, messageOf, sha256Hex } from "../kernel/index.ts";
import { CborReader, CborWriter } from "../tap/index.ts";
import { type TapProof, tapProofFormat } from "./tap-proof-form.ts";

/**
 * A proof of a tap as texts for QR codes: CBOR (RFC 8949 §4.2.1) in Base45 (RFC 9285), since scanners hand on text. Each is
 * `TAPLINE/1/<part>.<parts>/<first 8 digits of the whole's SHA-256>:<part>:`, in characters of which a code holds 4,296; the last
 * colon keeps a space before it from being cut off.
 */
const version = 1;
const codePattern = /^TAPLINE\/(\d{1,3})\/(\d{1,3})\.(\d{1,3})\/([0-9A-F]{8}):([0-9A-Z $%*+\-./:]*):$/;
/** Of version 40-L (ISO/IEC 18004 table 7), without what stands around the part; two bytes are three characters. */
const bytesPerCode = Math.floor((4_296 - 32) / 3) * 2;
const maxBytes = 512 * 1024;
const most = Number.MAX_SAFE_INTEGER;

/** The texts, as few as can be, alike in length; each goes into one code. */
export function proofCodes(proof: TapProof): string[] {
  const bytes = packProof(proof);
  const parts = Math.ceil(bytes.length / bytesPerCode);
  const length = 2 * Math.ceil(bytes.length / parts / 2);
  const name = sha256Hex(bytes).slice(0, 8).toUpperCase();
  return Array.from({ length: parts }, (_, i) => {
    const part = encodeBase45(bytes.subarray(i * length, (i + 1) * length));
    return `TAPLINE/${version}/${i + 1}.${parts}/${name}:${part}:`;
  });
}

/** Whether a text is, or begins as, the text of a code. */
export function isProofCode(text: string): boolean {
  return text.trimStart().startsWith("TAPLINE/");
}

/**
 * The proof that codes hold, not checked in any way; in any order, each on a line of its own.
 * @throws ProofError `malformed`, `newer-format`
 */
export function readProofCodes(text: string): unknown {
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  const codes = lines.filter((line) => line !== "").map(readCode);
  const [first] = codes;
  if (first === undefined) throw malformed("it is empty");
  if (codes.some(({ name, parts }) => name !== first.name || parts !== first.parts))
    throw malformed("the codes are of several proofs");
  const found = Array.from({ length: first.parts }, (_, i) => codes.find(({ part }) => part === i + 1));
  const missing = found.indexOf(undefined);
  if (missing !== -1) throw malformed(`code ${missing + 1} of ${first.parts} is missing`);
  const bytes = Buffer.concat(found.flatMap((code) => code?.bytes ?? []));
  if (sha256Hex(bytes).slice(0, 8).toUpperCase() !== first.name)
    throw malformed("a code is not as it was printed");
  return unpackProof(bytes);
}

function readCode(line: string) {
  const [, format, part, parts, name = "", text = ""] = codePattern.exec(line) ?? [];
  if (format !== undefined && Number(format) > version)
    throw new ProofError("newer-format", `this code is of format ${format}, and ${version} is known here`, {
      remedy: "verify it with a later version of Tapline",
    });
  const bytes = decodeBase45(text);
  const [at, of] = [Number(part), Number(parts)];
  if (Number(format) !== version || bytes === null || at < 1 || at > of)
    throw malformed("a line is no code, or not a whole one");
  return { part: at, parts: of, name, bytes };
}

function packProof({ tap, segment, signature, log }: TapProof): Buffer {
  const writer = new CborWriter(maxBytes).array(log === null ? 9 : 13);
  writer.bytes(Buffer.from(tap.tracker)).uint(tap.epoch).uint(tap.seq).bytes(Buffer.from(tap.digest, "hex"));
  writer
    .bytes(Buffer.from(segment.id.replaceAll("-", ""), "hex"))
    .uint(segment.taps)
    .uint(segment.index);
  writer.bytes(ofBase64(segment.path)).bytes(ofBase64(signature));
  if (log !== null)
    writer
      .bytes(canonicalJson(log.entry))
      .uint(log.index)
      .bytes(ofBase64(log.path))
      .bytes(Buffer.from(log.checkpoint));
  return writer.take();
}

function unpackProof(bytes: Buffer): unknown {
  const reader = new CborReader(bytes);
  const fields = reader.array("the proof");
  const text = (what: string): string => reader.bytes(what).toString();
  const base64 = (what: string): string => reader.bytes(what).toString("base64");
  const number = (what: string): number => reader.uint(what, 0, most);
  const tap = {
    ...{ tracker: text("the tracker"), epoch: number("its epoch"), seq: number("its number") },
    digest: reader.bytes("the digest", 32).toString("hex"),
  };
  const segment = {
    id: uuidOf(reader.bytes("the segment", 16).toString("hex")),
    ...{ taps: number("its taps"), index: number("the tap's place"), path: base64("its path") },
  };
  const signature = base64("the signature");
  const log =
    fields === 9
      ? null
      : {
          entry: entryOf(reader.bytes("the entry")),
          ...{ index: number("its place"), path: base64("its path"), checkpoint: text("the checkpoint") },
        };
  reader.end("the proof");
  if (reader.fault !== null || (fields !== 9 && fields !== 13))
    throw malformed(reader.fault?.detail ?? "it has another number of fields");
  return { format: tapProofFormat, tap, segment, signature, log };
}

function entryOf(bytes: Buffer): unknown {
  try {
    return readEntry(bytes);
  } catch (cause) {
    throw malformed(`its entry cannot be read: ${messageOf(cause)}`);
  }
}

const uuidOf = (hex: string): string =>
  [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
const ofBase64 = (text: string): Buffer => Buffer.from(text, "base64");

function malformed(why: string): ProofError {
  return new ProofError("malformed", `this is no proof of a tap in codes: ${why}`);
}
