import { same } from "./check-merkle.ts";
import { parseCount } from "./checkpoint.ts";
import { type ExportForm, exportForms, exportRows } from "./export-rows.ts";
import { completeSubtrees, MerkleEdge } from "./merkle.ts";
import { forged, ProofError } from "./proof-error.ts";
import { checkProofCheckpoint, type SignedCheckpoint } from "./signed-checkpoint.ts";
import { decodeBase64, type NoteKey } from "./signed-note.ts";

/**
 * The proof of an export: a text beside it that leads all its entries together to the root of one signed checkpoint. It goes
 * over the log from left to right in runs: `entries <n>` stand in the export, `passed <n>` do not, and of those the roots of the
 * largest complete subtrees follow (RFC 9162 §2.1), in base64, a line each. Behind an empty line stands the checkpoint.
 */
const format = "tapline-audit-export/1";
const anyFormat = /^tapline-audit-export\/\d+$/;
const maxNoteBytes = 1024 * 1024;

/** Writes the proof of an export while it is made. Holds a few numbers. */
export class ExportProver {
  readonly #size: number;
  readonly #rootOf: (level: number, index: number) => Promise<Uint8Array>;
  #at = 0;
  #run = 0;

  /**
   * @param size of the log, by the checkpoint that is to vouch
   * @param rootOf the root over the 2^level leaves from index · 2^level on
   */
  constructor(size: number, rootOf: (level: number, index: number) => Promise<Uint8Array>) {
    this.#size = size;
    this.#rootOf = rootOf;
  }

  /** The first lines. */
  begin(form: ExportForm): string {
    return `${format}\nform ${form}\n`;
  }

  /**
   * The next entry of the export. The one behind it may be asked for before this one is answered. @returns what is to be written
   * @throws RangeError where it does not stand behind the one before
   */
  async take(index: number): Promise<string> {
    const from = this.#at;
    if (index < from || index >= this.#size)
      throw new RangeError(`entry ${index} is not to be exported behind ${from - 1}`);
    const taken = index > from ? this.#taken() : "";
    this.#at = index + 1;
    this.#run += 1;
    return index > from ? taken + (await this.#passed(from, index)) : "";
  }

  /** The last lines. @param note the signed checkpoint */
  async end(note: string): Promise<string> {
    const passed = this.#size > this.#at ? await this.#passed(this.#at, this.#size) : "";
    return `${this.#taken()}${passed}\n${note}`;
  }

  #taken(): string {
    const text = this.#run === 0 ? "" : `entries ${this.#run}\n`;
    this.#run = 0;
    return text;
  }

  async #passed(start: number, end: number): Promise<string> {
    const subtrees = completeSubtrees({ start, end });
    const roots = await Promise.all(subtrees.map(({ level, index }) => this.#rootOf(level, index)));
    const lines = roots.map((root) => `${Buffer.from(root).toString("base64")}\n`);
    return `passed ${end - start}\n${lines.join("")}`;
  }
}

/** What a proof of an export proves. */
export type ProvenExport = SignedCheckpoint & {
  readonly form: ExportForm;
  readonly entries: number;
  /** Places of the first and of the last entry; null where there is none. */
  readonly range: { readonly first: number; readonly last: number } | null;
  /** Whether every entry from the first to the last is there. */
  readonly isGapless: boolean;
};

/** Lines without their line feeds; one that the text's end cut off is told as such. */
export type Lines = AsyncIterator<{ readonly line: Uint8Array; readonly isEnded: boolean }>;

/**
 * Checks an export against its proof, both read once from front to back; holds a few hashes.
 * @throws ProofError `malformed`, `newer-format`, `another-log`, `unknown-key`, `forged`
 */
export async function checkExport(
  exported: Lines,
  proof: Lines,
  keys: readonly NoteKey[],
): Promise<ProvenExport> {
  const reader = new ProofReader(proof);
  const form = await readHeading(reader);
  const walk = new ExportWalk(form, exported);
  await walk.head();
  for (let line = await reader.line(); line !== ""; line = await reader.line()) await walk.run(line, reader);
  const signed = checkProofCheckpoint(await reader.rest(), keys);
  return { form, ...(await walk.end(signed)), ...signed };
}

async function readHeading(reader: ProofReader): Promise<ExportForm> {
  const named = await reader.line();
  if (named !== format && anyFormat.test(named))
    throw new ProofError("newer-format", `this proof is of format ${named}, and ${format} is known here`, {
      remedy: "verify it with a later version of Tapline",
    });
  if (named !== format) throw malformed("its format is not named");
  const line = await reader.line();
  const form = exportForms.find((one) => line === `form ${one}`);
  if (form === undefined) throw malformed("the form of the export is not named");
  return form;
}

class ExportWalk {
  readonly #form: ExportForm;
  readonly #exported: Lines;
  readonly #edge = new MerkleEdge();
  #entries = 0;
  #range: { first: number; last: number } | null = null;
  #before = "";

  constructor(form: ExportForm, exported: Lines) {
    this.#form = form;
    this.#exported = exported;
  }

  async head(): Promise<void> {
    for (const wanted of exportRows[this.#form].head)
      if (!Buffer.from(wanted).equals(await this.#next())) throw forged("the export's first line is changed");
  }

  /** One run of the proof. */
  async run(line: string, reader: ProofReader): Promise<void> {
    const [, kind = "", digits = ""] = /^(entries|passed) (\d+)$/.exec(line) ?? [];
    const count = parseCount(digits);
    const size = this.#edge.size + (count ?? 0);
    if (count === null || count === 0 || kind === this.#before || !Number.isSafeInteger(size))
      throw malformed("a line of it is none that it may have");
    this.#before = kind;
    if (kind === "entries") await this.#take(size);
    else
      for (const { level } of completeSubtrees({ start: this.#edge.size, end: size }))
        this.#edge.append(await reader.hash(), level);
  }

  async #take(size: number): Promise<void> {
    const { leafOf } = exportRows[this.#form];
    const first = this.#range?.first ?? this.#edge.size;
    this.#entries += size - this.#edge.size;
    this.#range = { first, last: size - 1 };
    while (this.#edge.size < size) this.#edge.append(leafOf(this.#edge.size, await this.#next()));
  }

  async #next(): Promise<Uint8Array> {
    const { done, value } = await this.#exported.next();
    if (done === true) throw forged("the export has fewer entries than its proof");
    if (!value.isEnded) throw forged("the export is cut off within a line");
    return value.line;
  }

  async end({ checkpoint }: SignedCheckpoint): Promise<Omit<ProvenExport, keyof SignedCheckpoint | "form">> {
    if ((await this.#exported.next()).done !== true)
      throw forged("the export has more entries than its proof");
    if (this.#edge.size !== checkpoint.size || !same(this.#edge.root(), checkpoint.root))
      throw forged(`its entries do not lead to the root that ${checkpoint.origin} signed`);
    const range = this.#range;
    const isGapless = range === null || range.last - range.first + 1 === this.#entries;
    return { entries: this.#entries, range, isGapless };
  }
}

class ProofReader {
  readonly #lines: Lines;

  constructor(lines: Lines) {
    this.#lines = lines;
  }

  async line(): Promise<string> {
    const { done, value } = await this.#lines.next();
    if (done === true || !value.isEnded) throw malformed("it is cut off");
    return Buffer.from(value.line).toString("utf8");
  }

  async hash(): Promise<Uint8Array> {
    const hash = decodeBase64(await this.line());
    if (hash?.length !== 32) throw malformed("one of its hashes is none");
    return hash;
  }

  /** All that is left. */
  async rest(): Promise<string> {
    let text = "";
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true) return text;
      text += `${Buffer.from(value.line).toString("utf8")}${value.isEnded ? "\n" : ""}`;
      if (text.length > maxNoteBytes) throw malformed("its checkpoint is too long");
    }
  }
}

function malformed(why: string): ProofError {
  return new ProofError("malformed", `this is no proof of an export: ${why}`);
}
