import { createReadStream } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

/** Numbers of one tracker's or agent's epoch that a segment claims; claimed again by the same one, they count once. */
export type NameRange = {
  readonly scope: "tracker" | "agent";
  readonly subject: string;
  readonly epoch: number;
  readonly first: number;
  readonly last: number;
  readonly segment: string;
};

/** One number that two segments claim. */
export type DoubledName = Omit<NameRange, "segment"> & { readonly segments: readonly [string, string] };

/** Ranges held in memory; about 40 MB. */
const defaultHeld = 200_000;

/**
 * Finds numbers that are claimed twice, among any number of ranges in bounded memory: they are sorted in runs of
 * `maxHeld`, each run goes to a file, and the files are read side by side.
 */
export class UniqueNames {
  readonly #maxHeld: number;
  #held: string[] = [];
  #dir: string | null = null;
  #files: string[] = [];

  constructor(maxHeld = defaultHeld) {
    this.#maxHeld = maxHeld;
  }

  async add(range: NameRange): Promise<void> {
    this.#held.push(lineOf(range));
    if (this.#held.length >= this.#maxHeld) await this.#spill();
  }

  /** Every doubled number, as ranges; then nothing is kept any more. */
  async *doubled(): AsyncGenerator<DoubledName> {
    try {
      let reached: NameRange | null = null;
      let before = "";
      for await (const line of this.#sorted()) {
        if (line === before) continue;
        before = line;
        const range = rangeOf(line);
        const joins =
          reached !== null &&
          reached.scope === range.scope &&
          reached.subject === range.subject &&
          reached.epoch === range.epoch;
        if (joins && reached !== null && range.first <= reached.last) {
          const { segment, ...names } = range;
          yield { ...names, last: Math.min(range.last, reached.last), segments: [reached.segment, segment] };
        }
        if (!joins || reached === null || range.last > reached.last) reached = range;
      }
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    this.#held = [];
    this.#files = [];
    if (this.#dir !== null) await rm(this.#dir, { recursive: true, force: true });
    this.#dir = null;
  }

  async #spill(): Promise<void> {
    this.#dir ??= await mkdtemp(join(tmpdir(), "tapline-names-"));
    const file = join(this.#dir, `${this.#files.length}.txt`);
    await writeFile(file, this.#held.sort().join("\n"), { mode: 0o600 });
    this.#files.push(file);
    this.#held = [];
  }

  async *#sorted(): AsyncGenerator<string> {
    if (this.#files.length === 0) {
      yield* this.#held.sort();
      return;
    }
    if (this.#held.length > 0) await this.#spill();
    yield* mergeFiles(this.#files);
  }
}

/** The lines of sorted files in one order. */
async function* mergeFiles(files: readonly string[]): AsyncGenerator<string> {
  const opened = files.map((path) => createInterface({ input: createReadStream(path) }));
  try {
    const heads: { line: string; lines: AsyncIterator<string> }[] = [];
    for (const lines of opened.map((file: Interface) => file[Symbol.asyncIterator]()))
      await refill(heads, lines);
    for (let head = heads.shift(); head !== undefined; head = heads.shift()) {
      yield head.line;
      await refill(heads, head.lines);
    }
  } finally {
    for (const file of opened) file.close();
  }
}

/** Puts the next line of a file in its place among the others' next lines. */
async function refill(
  heads: { line: string; lines: AsyncIterator<string> }[],
  lines: AsyncIterator<string>,
): Promise<void> {
  const next = await lines.next();
  if (next.done === true) return;
  const line: string = next.value;
  let [low, high] = [0, heads.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((heads[middle]?.line ?? "") < line) low = middle + 1;
    else high = middle;
  }
  heads.splice(low, 0, { line, lines });
}

/** Numbers of equal width, so that the order of texts is that of numbers. */
const digits = 16;

function lineOf({ scope, subject, epoch, first, last, segment }: NameRange): string {
  const [e, f, l] = [epoch, first, last].map((number) => String(number).padStart(digits, "0"));
  return `${scope}\t${JSON.stringify(subject)}\t${e}\t${f}\t${l}\t${segment}`;
}

function rangeOf(line: string): NameRange {
  const [scope = "", subject = '""', epoch = "", first = "", last = "", segment = ""] = line.split("\t");
  return {
    ...{ scope: scope === "agent" ? "agent" : "tracker", subject: String(JSON.parse(subject)), segment },
    ...{ epoch: Number(epoch), first: Number(first), last: Number(last) },
  };
}
