import { createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { sha256, TaplineError } from "../kernel/index.ts";

/**
 * Signed notes (c2sp.org/signed-note): a text, a blank line, and lines `— <key name> <base64 of key id and signature>`.
 * Ed25519 signatures of logs (type 0x01) and timestamped cosignatures of witnesses (type 0x04, c2sp.org/tlog-cosignature).
 */

const ed25519Type = 0x01;
const cosignatureType = 0x04;
const signatureBytes = 64;
const timeBytes = 8;
/** At least 16 must be read; more than this is no note of ours. */
const maxSignatures = 100;
const maxNoteBytes = 1024 * 1024;

export type NoteKeyKind = "log" | "witness";

/** A key by which a note may be signed, as its readers know it. */
export type NoteKey = {
  readonly kind: NoteKeyKind;
  readonly name: string;
  /** First 4 bytes of SHA-256(name · "\n" · type · public key), hexadecimal. */
  readonly id: string;
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array;
};

export type NoteSignature = {
  readonly name: string;
  readonly id: string;
  /** What follows the key id. */
  readonly bytes: Uint8Array;
};

export type SignedNote = {
  /** With its last newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

const typeOf = (kind: NoteKeyKind): number => (kind === "log" ? ed25519Type : cosignatureType);

/** @throws TaplineError `invalid-input` where the name has spaces or a plus, or the key is not 32 bytes long */
export function noteKey(kind: NoteKeyKind, name: string, publicKey: Uint8Array): NoteKey {
  if (!isKeyName(name))
    throw new TaplineError("invalid-input", `${JSON.stringify(name)} cannot name a note's key`, {
      remedy: "take a name without spaces and without +, such as archive.example/log",
    });
  if (publicKey.length !== 32)
    throw new TaplineError("invalid-input", `the key of ${name} has ${publicKey.length} bytes, not 32`);
  const id = sha256(Buffer.from(`${name}\n`), Uint8Array.of(typeOf(kind)), publicKey).toString("hex", 0, 4);
  return { kind, name, id, publicKey };
}

/** The public half of an Ed25519 key, 32 bytes. @throws TaplineError `misconfigured` where it is of another kind */
export function rawEd25519(key: KeyObject): Buffer {
  const half = key.type === "private" ? createPublicKey(key) : key;
  if (half.asymmetricKeyType !== "ed25519")
    throw new TaplineError("misconfigured", "a note is signed by an Ed25519 key, and this is none");
  return half.export({ format: "der", type: "spki" }).subarray(-32);
}

/** `<name>+<key id>+<base64 of type and key>`: how a key is given to those who check notes. */
export function formatVerifierKey({ kind, name, id, publicKey }: NoteKey): string {
  const material = Buffer.concat([Uint8Array.of(typeOf(kind)), publicKey]);
  return `${name}+${id}+${material.toString("base64")}`;
}

/** @throws TaplineError `invalid-input` where the text is no verifier key of a kind that we know, or its id is another's */
export function parseVerifierKey(text: string): NoteKey {
  const [name = "", id = "", material = ""] = text.trim().split(/\+(.{8})\+(.*)/s);
  const bytes = decodeBase64(material);
  const kind = ({ [ed25519Type]: "log", [cosignatureType]: "witness" } as const)[bytes?.[0] ?? 0];
  if (bytes === null || kind === undefined || bytes.length !== 33)
    throw new TaplineError("invalid-input", "this is no verifier key: <name>+<key id>+<base64>", {
      remedy: "take the line that the log or the witness printed, whole",
    });
  const key = noteKey(kind, name, bytes.subarray(1));
  if (key.id !== id)
    throw new TaplineError(
      "invalid-input",
      `the verifier key of ${name} has the id ${id}, not its own ${key.id}`,
    );
  return key;
}

/** The verifier keys of a text, one a line. @throws TaplineError `invalid-input` where a line is none */
export function parseVerifierKeys(text: string): NoteKey[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(parseVerifierKey);
}

/** A log's signature of `text`. */
export function signNote(text: string, key: NoteKey, privateKey: KeyObject): NoteSignature {
  return { name: key.name, id: key.id, bytes: sign(null, Buffer.from(text), privateKey) };
}

/** A witness's cosignature of `text`. @param atEpochS when, s */
export function cosignNote(
  text: string,
  key: NoteKey,
  privateKey: KeyObject,
  atEpochS: number,
): NoteSignature {
  const time = Buffer.alloc(timeBytes);
  time.writeBigUInt64BE(BigInt(atEpochS));
  const bytes = Buffer.concat([time, sign(null, cosignedMessage(text, time), privateKey)]);
  return { name: key.name, id: key.id, bytes };
}

function cosignedMessage(text: string, time: Uint8Array): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${Buffer.from(time).readBigUInt64BE()}\n${text}`);
}

/** One signature's line. */
export function formatSignature({ name, id, bytes }: NoteSignature): string {
  return `— ${name} ${Buffer.concat([Buffer.from(id, "hex"), bytes]).toString("base64")}\n`;
}

export function formatNote({ text, signatures }: SignedNote): string {
  return `${text}\n${signatures.map(formatSignature).join("")}`;
}

/** @throws TaplineError `invalid-input` where it is no note; says nothing of whether its signatures are right */
export function parseNote(note: string): SignedNote {
  const end = note.lastIndexOf("\n\n");
  if (note.length > maxNoteBytes || end < 1 || !note.endsWith("\n") || hasControls(note)) throw noNote();
  const signatures = parseSignatures(note.slice(end + 2));
  if (signatures.length === 0 || signatures.length > maxSignatures) throw noNote();
  return { text: note.slice(0, end + 1), signatures };
}

/** The signatures of lines as a note ends in, or a witness answers. @throws TaplineError `invalid-input` */
export function parseSignatures(lines: string): NoteSignature[] {
  return lines
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const [dash, name, material, ...rest] = line.split(" ");
      const bytes = decodeBase64(material ?? "");
      if (dash !== "—" || name === undefined || !isKeyName(name) || rest.length > 0) throw noNote();
      if (bytes === null || bytes.length < 5) throw noNote();
      return { name, id: bytes.toString("hex", 0, 4), bytes: bytes.subarray(4) };
    });
}

/** What one signature of a note says of its key. */
export type SignatureVerdict = {
  readonly key: NoteKey;
  /** When a witness gave it, s since 1970; null for a log's own. */
  readonly atEpochS: number | null;
};

/**
 * Checks the signatures by `keys`; those of other keys are passed over, as the specification demands.
 * @throws TaplineError `corrupt` where one by a known key is wrong: the whole note is then not to be believed
 */
export function checkSignatures(note: SignedNote, keys: readonly NoteKey[]): SignatureVerdict[] {
  return note.signatures.flatMap((signature) => {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (key === undefined) return [];
    const verdict = checkSignature(note.text, signature, key);
    if (verdict === null)
      throw new TaplineError("corrupt", `the signature of ${key.name} does not fit the note`, {
        facts: { key: key.name },
      });
    return [verdict];
  });
}

function checkSignature(text: string, { bytes }: NoteSignature, key: NoteKey): SignatureVerdict | null {
  const timed = key.kind === "witness";
  if (bytes.length !== signatureBytes + (timed ? timeBytes : 0)) return null;
  const time = bytes.subarray(0, timed ? timeBytes : 0);
  const message = timed ? cosignedMessage(text, time) : Buffer.from(text);
  if (!verify(null, message, publicKeyOf(key.publicKey), bytes.subarray(time.length))) return null;
  return { key, atEpochS: timed ? Number(Buffer.from(time).readBigUInt64BE()) : null };
}

/** Of an Ed25519 key as RFC 8410 writes it: what stands before its 32 bytes. */
const spkiHead = Buffer.from("302a300506032b6570032100", "hex");

function publicKeyOf(raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiHead, raw]), format: "der", type: "spki" });
}

function isKeyName(name: string): boolean {
  return name !== "" && !/[\s+]/u.test(name) && !hasControls(name) && name.isWellFormed();
}

function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 && text[i] !== "\n") return true;
  return !text.isWellFormed();
}

/** Bytes of base64 in its one canonical form (RFC 4648 §4), else null. */
export function decodeBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes : null;
}

function noNote(): TaplineError {
  return new TaplineError("invalid-input", "this is no signed note", {
    remedy: "a note is a text, an empty line, and lines that begin with —",
  });
}
