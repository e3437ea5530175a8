import { createReadStream } from "node:fs";
import {
  checkExport,
  checkpointText,
  type Lines,
  type ProvenExport,
  seenLines,
  splitLines,
} from "@tapline/core/audit";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { count } from "./count.ts";
import { proofBeside } from "./proof-beside.ts";
import { readLogKeys } from "./read-log-keys.ts";
import { tellProofError } from "./tell-proof-error.ts";

interface Options {
  readonly proof?: string;
  readonly key?: string;
  readonly json?: boolean;
}

/** `tapline audit verify-export`: an export and its proof, offline. */
export async function verifyExport(file: string, options: Options): Promise<void> {
  const keys = await readLogKeys(options.key);
  try {
    const proven = await checkExport(linesOf(file), linesOf(options.proof ?? proofBeside(file)), keys);
    process.stdout.write(options.json === true ? `${jsonOf(proven)}\n` : wordsOf(proven));
  } catch (error) {
    tellProofError(error, options.json === true);
  }
}

function linesOf(file: string): Lines {
  return splitLines(piecesOf(file));
}

async function* piecesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(file, { highWaterMark: 256 * 1024 });
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

function jsonOf({ form, entries, range, isGapless, checkpoint: { origin, size } }: ProvenExport): string {
  return JSON.stringify({ verdict: "proven", form, entries, range, isGapless, origin, size });
}

function wordsOf({ entries, range, isGapless, checkpoint, signatures }: ProvenExport): string {
  const { origin } = checkpoint;
  const what =
    range === null
      ? `proven: the export holds no entry of ${origin},`
      : isGapless
        ? `proven: the export holds ${count(entries, "entry", "entries")} of ${origin}, ${range.first} to ${range.last}: all that are recorded there, unchanged and in their order,`
        : `proven: the export holds ${count(entries, "entry", "entries")} of ${origin}, between ${range.first} and ${range.last}, unchanged and in their order,`;
  const seen = seenLines(signatures);
  const missing = [
    ...(isGapless && range !== null
      ? ["that what somebody looked for does not stand before or behind them"]
      : [
          "that no other entry fits what somebody looked for: only a range without gaps (--range) is proven to be complete",
        ]),
    ...(seen.length === 0
      ? ["that the log showed everybody the same history: give a witness's key beside the log's"]
      : []),
    "that what they tell of happened",
  ];
  return `${[what, `  under its checkpoint of ${checkpointText(checkpoint)}`, ...seen].join("\n")}\nnot proven: ${missing.join("; ")}\n`;
}
