import { generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { formatCheckpoint } from "./checkpoint.ts";
import { consistencyRanges, inclusionProof, leafHash, rootOf } from "./merkle.ts";
import { formatNote, noteKey, rawEd25519, signNote } from "./signed-note.ts";
import { checkTlogProof, formatTlogProof, parseTlogProof } from "./tlog-proof.ts";
import { formatSubmission, judgeSubmission, parseSubmission, type WitnessedHead } from "./witness.ts";

const origin = "tapline.example/log";
const { privateKey } = generateKeyPairSync("ed25519");
const key = noteKey("log", origin, rawEd25519(privateKey));
const leaves = Array.from({ length: 20 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));

function checkpoint(of: readonly Uint8Array[], name = origin): string {
  const text = formatCheckpoint({ origin: name, size: of.length, root: rootOf(of), extensions: [] });
  return formatNote({ text, signatures: [signNote(text, { ...key, name }, privateKey)] });
}

const headOf = (size: number): WitnessedHead => ({ size, root: rootOf(leaves.slice(0, size)) });
const proofOf = (of: readonly Uint8Array[], oldSize: number): Uint8Array[] =>
  consistencyRanges(oldSize, of.length).map(({ start, end }) => rootOf(of.slice(start, end)));

function judge(body: string, head: WitnessedHead | null) {
  return judgeSubmission(
    parseSubmission(body),
    (name) => (name === origin ? [key] : []),
    () => head,
  );
}

describe("a witness", () => {
  test("cosigns a log's first head, one that has grown, and one that is as it was", () => {
    expect(judge(formatSubmission(0, [], checkpoint(leaves)), null)).toEqual({
      is: "cosign",
      head: headOf(20),
    });
    for (const old of [1, 7, 8, 19])
      expect(
        judge(formatSubmission(old, proofOf(leaves, old), checkpoint(leaves)), headOf(old)),
      ).toMatchObject({
        is: "cosign",
      });
    expect(judge(formatSubmission(20, [], checkpoint(leaves)), headOf(20))).toMatchObject({ is: "cosign" });
  });

  test("tells who does not know what it saw last", () => {
    expect(judge(formatSubmission(0, [], checkpoint(leaves)), headOf(7))).toEqual({
      is: "conflict",
      size: 7,
    });
    expect(judge(formatSubmission(9, proofOf(leaves, 9), checkpoint(leaves)), null)).toEqual({
      is: "conflict",
      size: 0,
    });
  });

  test("finds a history that was rewritten, at the same size and behind a larger one", () => {
    const forged = leaves.with(3, leafHash(Buffer.from("another")));
    expect(judge(formatSubmission(20, [], checkpoint(forged)), headOf(20))).toEqual({
      is: "fork",
      sameSize: true,
    });
    expect(judge(formatSubmission(9, proofOf(forged, 9), checkpoint(forged)), headOf(9))).toEqual({
      is: "fork",
      sameSize: false,
    });
  });

  test("cosigns nothing of a log that it does not know, nor what another key signed", () => {
    expect(judge(formatSubmission(0, [], checkpoint(leaves, "other.example/log")), null)).toEqual({
      is: "unknown",
    });
    const altered = checkpoint(leaves).replace("\n20\n", "\n21\n");
    expect(judge(formatSubmission(0, [], altered), null)).toEqual({ is: "unsigned" });
    const stranger = checkpoint(leaves).replace(/— \S+ \S{8}/, "— stranger AAAAAAAA");
    expect(judge(formatSubmission(0, [], stranger), null)).toEqual({ is: "unsigned" });
  });

  test.each([
    ["nothing", ""],
    ["no old size", checkpoint(leaves)],
    ["a size with a zero before it", formatSubmission(1, [], checkpoint(leaves)).replace("old 1", "old 01")],
    ["a hash that is short", formatSubmission(1, [Buffer.alloc(31)], checkpoint(leaves))],
    ["64 hashes", formatSubmission(1, Array(64).fill(Buffer.alloc(32)), checkpoint(leaves))],
    ["an old size above the new", formatSubmission(21, [], checkpoint(leaves))],
  ])("calls %s malformed", (_, body) => {
    expect(judge(body, null)).toEqual({ is: "malformed" });
  });
});

describe("a tlog-proof", () => {
  const proof = {
    index: 5,
    path: inclusionProof(leaves, 5),
    note: checkpoint(leaves),
    extra: Buffer.from("x"),
  };
  const leaf = leaves[5] as Uint8Array;

  test("is read as it was written, and proves its entry", () => {
    const text = formatTlogProof(proof);
    expect(text).toMatch(/^c2sp\.org\/tlog-proof@v1\nextra eA==\nindex 5\n/);
    const read = parseTlogProof(text);
    expect(formatTlogProof(read)).toBe(text);
    expect(checkTlogProof(read, leaf, [key]).checkpoint.size).toBe(20);
  });

  test("proves no other entry, no other index, and nothing to who knows another key", () => {
    expect(() => checkTlogProof(proof, leaves[6] as Uint8Array, [key])).toThrow("does not lead to the root");
    expect(() => checkTlogProof({ ...proof, index: 6 }, leaf, [key])).toThrow("does not lead to the root");
    expect(() => checkTlogProof(proof, leaf, [noteKey("log", origin, Buffer.alloc(32, 1))])).toThrow(
      "no key that is trusted",
    );
  });

  test.each([
    "",
    "c2sp.org/tlog-proof@v2\nindex 1\n\n",
    "c2sp.org/tlog-proof@v1\nindex x\n\n",
    "c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\n",
    "c2sp.org/tlog-proof@v1\nextra !\nindex 1\n\n",
  ])("is refused as %j", (text) => {
    expect(() => parseTlogProof(text)).toThrow("no tlog-proof");
  });
});
