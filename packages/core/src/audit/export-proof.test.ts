import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, uuidV7 } from "../kernel/index.ts";
import {
  checkExport,
  type ExportForm,
  ExportProver,
  exportForms,
  exportRows,
  leafHash,
  makeLogKey,
  type NoteKey,
  openLogSigner,
  ProofError,
  rootOf,
  splitLines,
} from "./index.ts";

const log = openLogSigner(makeLogKey(), "tapline.test/log");
const nasty = ["=1+1", 'say "a", b; =2\r\n-3', "@x", "öß ＝1", "a;\t+1", "plain"];
const entry = (i: number): Buffer =>
  canonicalJson({
    ...{ version: 1, id: uuidV7(i, (length) => Buffer.alloc(length, i)), atEpochMs: 1_790_000_000_000 + i },
    ...{ actor: { kind: "operator", id: "ola" }, action: "key.changed", subject: `key/${i}` },
    ...{ reason: nasty[i % nasty.length] ?? "", facts: { to: `=${i};|` } },
  });
const all = Array.from({ length: 77 }, (_, i) => entry(i));
const leaves = all.map((bytes) => leafHash(bytes));

async function exported(form: ExportForm, indices: readonly number[], size = all.length) {
  const prover = new ExportProver(size, async (level, index) =>
    rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level)),
  );
  let proof = prover.begin(form);
  const { head, write } = exportRows[form];
  const lines: Uint8Array[] = head.map((line) => Buffer.from(line));
  for (const index of indices) {
    proof += await prover.take(index);
    lines.push(write(index, all[index]!)!);
  }
  proof += await prover.end(log.signHead(size, rootOf(leaves.slice(0, size))));
  return {
    data: Buffer.concat(lines.flatMap((line) => [line, Buffer.from("\n")])),
    proof: Buffer.from(proof),
  };
}

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

const check = (data: Buffer, proof: Buffer, keys: readonly NoteKey[] = [log.key], length = 50) =>
  checkExport(splitLines(inPieces(data, length)), splitLines(inPieces(proof, length)), keys);

const faultOf = (checked: Promise<unknown>): Promise<string> =>
  checked.then(
    () => "proven",
    (error: unknown) => {
      if (error instanceof ProofError) return error.fault;
      throw error;
    },
  );

test("any choice of entries of a log of any size is proven in either form", async () => {
  const choice = fc
    .integer({ min: 1, max: all.length })
    .chain((size) => fc.tuple(fc.constant(size), fc.subarray(Array.from({ length: size }, (_, i) => i))));
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...exportForms), choice, async (form, [size, indices]) => {
      const { data, proof } = await exported(form, indices, size);
      const [first, last] = [indices[0], indices.at(-1)];
      expect(await check(data, proof)).toMatchObject({
        ...{ form, entries: indices.length, checkpoint: { size } },
        range: first === undefined ? null : { first, last },
        isGapless: indices.every((index, i) => index === (first ?? 0) + i),
      });
    }),
  );
});

test("entries that are asked for before the one before is answered have the same proof, whichever hashes come first", async () => {
  const indices = [3, 4, 9, 30, 31, 32, 60];
  const { proof } = await exported("ndjson", indices);
  let reads = 0;
  const prover = new ExportProver(all.length, async (level, index) => {
    await sleep(20 - 5 * (reads++ % 4));
    return rootOf(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));
  });
  const begin = prover.begin("ndjson");
  const taken = await Promise.all(indices.map((index) => prover.take(index)));
  const end = await prover.end(log.signHead(all.length, rootOf(leaves)));
  expect(begin + taken.join("") + end).toBe(proof.toString());
  await expect(prover.take(60)).rejects.toThrow("is not to be exported behind 60");
});

test("a range takes no more hashes than its two ends", async () => {
  const { proof } = await exported(
    "ndjson",
    Array.from({ length: 40 }, (_, i) => i + 20),
  );
  expect(proof.toString().match(/^[\w+/]{43}=$/gm)?.length).toBeLessThan(2 * 7);
});

test.each(exportForms)(
  "every single bit that changes in an export (%s) or its proof is found",
  { timeout: 600_000 },
  async (form) => {
    const { data, proof } = await exported(form, [0, 1, 4, 40]);
    const seen = new Set<string>();
    for (const [which, file] of [data, proof].entries())
      for (let bit = 0; bit < 8 * file.length; bit += 1) {
        const changed = Buffer.from(file);
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const fault = await faultOf(which === 0 ? check(changed, proof) : check(data, changed));
        expect(fault, `${which === 0 ? "export" : "proof"}, bit ${bit}`).not.toBe("proven");
        seen.add(fault);
      }
    expect([...seen].sort()).toEqual(["another-log", "forged", "malformed", "newer-format", "unknown-key"]);
  },
);

test("an export that lost, gained or moved an entry is forged; one of somebody else's proof, too", async () => {
  const { data, proof } = await exported("ndjson", [3, 4, 9]);
  const [a = "", b = "", c = ""] = data.toString().split("\n");
  for (const lines of [[a, b], [a, b, c, c], [b, a, c], [a, b, c, ""], []])
    expect(await faultOf(check(Buffer.from(lines.map((line) => `${line}\n`).join("")), proof))).toBe(
      "forged",
    );
  expect(await faultOf(check(Buffer.from(`${a}\n${b}\n${c}`), proof))).toBe("forged");
  expect(await faultOf(check(data, (await exported("ndjson", [3, 4, 10])).proof))).toBe("forged");
  expect(await faultOf(check(data, (await exported("csv", [3, 4, 9])).proof))).toBe("forged");
});

test("bad proofs have named faults", async () => {
  const { data, proof } = await exported("ndjson", [3, 4, 9]);
  const text = proof.toString();
  const of = (changed: string, keys?: readonly NoteKey[]) => faultOf(check(data, Buffer.from(changed), keys));
  expect(await of("")).toBe("malformed");
  expect(await of(text.slice(0, 90))).toBe("malformed");
  expect(await of(text.replace("entries 2", "entries 0"))).toBe("malformed");
  expect(await of(text.replace("entries 2", "entries 1\nentries 1"))).toBe("malformed");
  expect(await of(text.replace("entries 2", "entries 9007199254740991"))).toBe("malformed");
  expect(await of(text.replace("passed 3", "passed 9007199254740991"))).toBe("malformed");
  expect(await of(text.replace("export/1", "export/2"))).toBe("newer-format");
  expect(await of(text, [openLogSigner(makeLogKey(), "tapline.test/other").key])).toBe("another-log");
  expect(await of(text, [openLogSigner(makeLogKey(), "tapline.test/log").key])).toBe("unknown-key");
});

test("no cell of a table begins as a formula, whatever separates cells where it is opened", async () => {
  const { data } = await exported(
    "csv",
    Array.from({ length: 12 }, (_, i) => i),
  );
  const rows = data.toString().split("\r\n").slice(1, -1);
  expect(rows).toHaveLength(12);
  for (const row of rows) {
    const cells = [...row.matchAll(/"((?:[^"]|"")*)"(,|$)/g)].map(([, cell = ""]) => cell);
    expect(cells).toHaveLength(9);
    for (const cell of cells.flatMap((one) => one.split(/[;|]/)))
      expect(cell).not.toMatch(/^["\s]*[=+\-@＝＋－＠]/);
    expect(row).not.toMatch(/\p{Cc}/u);
  }
  expect(rows[0]).toContain(`"'=1+1"`);
});
