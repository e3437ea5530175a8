import { TaplineError } from "../kernel/index.ts";
import { rootByInclusion, same } from "./check-merkle.ts";
import { type Checkpoint, parseCount } from "./checkpoint.ts";
import { readSignedCheckpoint, type SignedCheckpoint } from "./signed-checkpoint.ts";
import { decodeBase64, type NoteKey } from "./signed-note.ts";

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

/**
 * Checks that the entry with this leaf hash stands in the log, by one of the log's keys.
 * @throws TaplineError `corrupt` where the path does not fit; what `readSignedCheckpoint` throws
 */
export function checkTlogProof(
  { index, path, note }: TlogProof,
  leaf: Uint8Array,
  keys: readonly NoteKey[],
): SignedCheckpoint {
  const signed = readSignedCheckpoint(note, keys);
  checkPlace({ index, path }, leaf, signed.checkpoint);
  return signed;
}

/** @throws TaplineError `corrupt` where the path does not lead from the leaf to the checkpoint's root */
export function checkPlace(
  { index, path }: Pick<TlogProof, "index" | "path">,
  leaf: Uint8Array,
  { origin, size, root: signed }: Checkpoint,
): void {
  const root = rootByInclusion(leaf, index, size, path);
  if (root === null || !same(root, signed))
    throw new TaplineError("corrupt", `entry ${index} does not lead to the root that ${origin} signed`);
}

function noProof(why: string): TaplineError {
  return new TaplineError("invalid-input", `this is no tlog-proof: ${why}`);
}
