import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, uuidV7 } from "../kernel/index.ts";
import { exportRows, leafHash } from "./index.ts";

const { leafOf } = exportRows.csv;
const write = (index: number, entry: Buffer): Buffer => exportRows.csv.write(index, entry)!;
const entryWith = (text: string): Buffer =>
  canonicalJson({
    ...{ version: 1, id: uuidV7(7, (length) => Buffer.alloc(length, 7)), atEpochMs: 1_790_000_000_000 },
    ...{ actor: { kind: "operator", id: text }, action: "key.changed", subject: text },
    ...{ reason: text, facts: { to: text } },
  });

/**
 * Cells of a line as spreadsheets read it that separate at `mark`: quotation marks at a cell's beginning are taken off, doubled ones
 * within are one, and what stands behind the closing one belongs to the cell.
 */
function cellsOf(line: string, mark: string): string[] {
  const cells = [""];
  const add = (text: string): void => void cells.push((cells.pop() ?? "") + text);
  let [quoted, begins] = [false, true];
  for (let i = 0; i < line.length; i++) {
    const letter = line[i] ?? "";
    if (quoted && letter === '"' && line[i + 1] === '"') {
      add('"');
      i += 1;
    } else if (quoted ? letter === '"' : letter === '"' && begins) quoted = !quoted;
    else if (!quoted && letter === mark) cells.push("");
    else add(letter);
    begins = !quoted && letter === mark;
  }
  return cells;
}

const separators = [",", ";", "|", "\t"];
const calculated = /^\s*[=+\-@＝＋－＠]/;

/** Cells of the exported line that some spreadsheet would calculate. */
function formulasOf(text: string): string[] {
  const line = write(7, entryWith(text)).toString("utf8");
  return separators.flatMap((mark) => cellsOf(line, mark).filter((cell) => calculated.test(cell)));
}

test("a formula behind what one spreadsheet takes for the end of a cell, and a quotation mark, is none", () => {
  const attacks = [
    'x;"=HYPERLINK("http://x");y',
    'x|"=1+1',
    'x; "" +1;',
    `;'"@x`,
    '"=1',
    ';"=1;"=2|"=3',
    '\t"=1',
  ];
  for (const text of attacks) expect(formulasOf(text), text).toEqual([]);
});

test("whatever stands in an entry, no spreadsheet calculates it, wherever it separates, and the line still proves the entry", () => {
  const letters = fc.constantFrom(..."=+-@＝;|,\"' \t\n1xé".split(""));
  fc.assert(
    fc.property(fc.string({ unit: letters, minLength: 1, maxLength: 14 }), (text) => {
      expect(formulasOf(text)).toEqual([]);
      expect(leafOf(7, write(7, entryWith(text)))).toEqual(leafHash(entryWith(text)));
    }),
    { numRuns: 3_000 },
  );
});

test("what no line could hold is not written", () => {
  expect(exportRows.csv.write(7, Buffer.from("x"))).toBeNull();
  expect(exportRows.ndjson.write(7, Buffer.from("one line\nand another"))).toBeNull();
});
