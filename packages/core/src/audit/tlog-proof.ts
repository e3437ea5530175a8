import { TaplineError } from "../kernel/index.ts";
import { rootByInclusion, same } from "./check-merkle.ts";
import { type Checkpoint, parseCheckpoint, parseCount } from "./checkpoint.ts";
import {
  checkSignatures,
  decodeBase64,
  type NoteKey,
  parseNote,
  type SignatureVerdict,
} from "./signed-note.ts";

const heading = "c2sp.org/tlog-proof@v1";

/** That an entry stands in a log (c2sp.org/tlog-proof): one text that anybody can check who knows the log's key. */
export type TlogProof = {
  readonly index: number;
  /** Inclusion proof, the lowest hash first. */
  readonly path: readonly Uint8Array[];
  /** The signed checkpoint, whole. */
  readonly note: string;
  /** What an application adds; nothing vouches for it. */
  readonly extra: Uint8Array | null;
};

export function formatTlogProof({ index, path, note, extra }: TlogProof): string {
  const lines = [
    heading,
    ...(extra === null ? [] : [`extra ${Buffer.from(extra).toString("base64")}`]),
    `index ${index}`,
    ...path.map((hash) => Buffer.from(hash).toString("base64")),
  ];
  return `${lines.join("\n")}\n\n${note}`;
}

/** @throws TaplineError `invalid-input` where the text is none */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf("\n\n");
  const [first, ...lines] = text.slice(0, Math.max(0, end)).split("\n");
  if (first !== heading) throw noProof(`it does not begin with ${heading}`);
  const extra = lines[0]?.startsWith("extra ") ? decodeBase64((lines.shift() ?? "").slice(6)) : undefined;
  if (extra === null) throw noProof("what stands behind extra is not base64");
  const index = /^index (.*)$/.exec(lines.shift() ?? "")?.[1] ?? "";
  const count = parseCount(index);
  if (count === null) throw noProof("the line of the index is missing");
  const path = lines.map((line) => {
    const hash = decodeBase64(line);
    if (hash?.length !== 32) throw noProof("a hash of its path is none");
    return hash;
  });
  return { index: count, path, note: text.slice(end + 2), extra: extra ?? null };
}

export type ProvenEntry = {
  readonly checkpoint: Checkpoint;
  /** Of the log, and of witnesses that were asked for. */
  readonly signatures: readonly SignatureVerdict[];
};

/**
 * Checks that the entry with this leaf hash stands in the log, by one of the log's keys.
 * @throws TaplineError `invalid-input` (no proof), `forbidden` (no signature by a key of the log), `corrupt` (a signature or
 * the path does not fit)
 */
export function checkTlogProof(proof: TlogProof, leaf: Uint8Array, keys: readonly NoteKey[]): ProvenEntry {
  const note = parseNote(proof.note);
  const checkpoint = parseCheckpoint(note.text);
  const signatures = checkSignatures(note, keys);
  if (!signatures.some(({ key }) => key.kind === "log" && key.name === checkpoint.origin))
    throw new TaplineError(
      "forbidden",
      `no key that is trusted for ${checkpoint.origin} signed the checkpoint`,
      {
        remedy: "get the log's verifier key from its operator, by a way that you trust",
      },
    );
  const root = rootByInclusion(leaf, proof.index, checkpoint.size, proof.path);
  if (root === null || !same(root, checkpoint.root))
    throw new TaplineError(
      "corrupt",
      `entry ${proof.index} does not lead to the root that ${checkpoint.origin} signed`,
    );
  return { checkpoint, signatures };
}

function noProof(why: string): TaplineError {
  return new TaplineError("invalid-input", `this is no tlog-proof: ${why}`);
}
