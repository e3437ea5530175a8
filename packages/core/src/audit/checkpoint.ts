import { TaplineError } from "../kernel/index.ts";
import { decodeBase64 } from "./signed-note.ts";

/** What a log says of itself at one moment (c2sp.org/tlog-checkpoint): so large, with this root. */
export type Checkpoint = {
  /** The log's name. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
  /** Further lines, which others may add. */
  readonly extensions: readonly string[];
};

/** The text that is signed, with its last newline. */
export function formatCheckpoint({ origin, size, root, extensions }: Checkpoint): string {
  const lines = [origin, String(size), Buffer.from(root).toString("base64"), ...extensions];
  return `${lines.join("\n")}\n`;
}

/** @throws TaplineError `invalid-input` where the text of a note is no checkpoint */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", root = "", ...rest] = text.split("\n");
  const bytes = decodeBase64(root);
  const extensions = rest.slice(0, -1);
  const isWhole = rest.at(-1) === "" && extensions.every((line) => line !== "");
  if (origin === "" || parseCount(size) === null || bytes?.length !== 32 || !isWhole)
    throw new TaplineError("invalid-input", "this note is no checkpoint of a log", {
      remedy: "its lines are the log's name, its size, and its root in base64",
    });
  return { origin, size: Number(size), root: bytes, extensions };
}

/** A decimal number without leading zeroes, below 2^53; else null. */
export function parseCount(text: string): number | null {
  return /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null;
}
