import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { messageOf, sha256Hex, TaplineError } from "../kernel/index.ts";
import { type Checkpoint, formatCheckpoint } from "./checkpoint.ts";
import { readSignedCheckpoint } from "./signed-checkpoint.ts";
import { formatNote, type NoteKey, noteKey, rawEd25519, signNote } from "./signed-note.ts";

/** What a checkpoint says of its log. */
export type SignedHead = Pick<Checkpoint, "size" | "root">;

/** Signs what a log says of itself. */
export type LogSigner = {
  /** The log's name. */
  readonly origin: string;
  readonly key: NoteKey;
  /** The signed checkpoint of the log at this size. */
  readonly signHead: (size: number, root: Uint8Array) => string;
  /** What a checkpoint says that this key signed for this log; null where a text is none. */
  readonly readHead: (note: string) => SignedHead | null;
};

/** A new key for a log: Ed25519, PKCS #8 in PEM. No certificate vouches for it: readers know it by its verifier key. */
export function makeLogKey(): string {
  return generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}

/**
 * @param origin the log's name; default: one that its key alone decides, so that no two logs share it by accident
 * @throws TaplineError `misconfigured` where it is no Ed25519 key
 */
export function openLogSigner(keyPem: string, origin?: string): LogSigner {
  const privateKey = readKey(keyPem);
  const raw = rawEd25519(privateKey);
  const name = origin ?? `tapline/log/${sha256Hex(raw).slice(0, 16)}`;
  const key = noteKey("log", name, raw);
  return {
    origin: name,
    key,
    signHead: (size, root) => {
      const text = formatCheckpoint({ origin: name, size, root, extensions: [] });
      return formatNote({ text, signatures: [signNote(text, key, privateKey)] });
    },
    readHead: (note) => readOwn(note, key),
  };
}

function readOwn(note: string, key: NoteKey): SignedHead | null {
  try {
    return readSignedCheckpoint(note, [key]).checkpoint;
  } catch (error) {
    if (error instanceof TaplineError) return null;
    throw error;
  }
}

function readKey(pem: string) {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw new TaplineError("misconfigured", `the key of the audit log cannot be read: ${messageOf(cause)}`, {
      remedy: "it is an Ed25519 key as PKCS #8 in PEM: openssl genpkey -algorithm ed25519",
      cause,
    });
  }
}
