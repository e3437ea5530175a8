import { expect, test } from "vitest";
import {
  checkGrowth,
  consistencyRanges,
  formatGrowthProof,
  leafHash,
  makeLogKey,
  type NoteKey,
  openLogSigner,
  ProofError,
  parseGrowthProof,
  rootOf,
} from "./index.ts";

const log = openLogSigner(makeLogKey(), "tapline.test/log");
const leaves = Array.from({ length: 40 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));
const noteOf = (size: number, of = leaves, by = log): string => by.signHead(size, rootOf(of.slice(0, size)));
const pathOf = (from: number, to: number) =>
  consistencyRanges(from, to).map(({ start, end }) => rootOf(leaves.slice(start, end)));
const proofOf = (from: number, to: number) => ({
  from: noteOf(from),
  to: noteOf(to),
  path: pathOf(from, to),
});

function faultOf(text: string, keys: readonly NoteKey[] = [log.key]): string {
  try {
    checkGrowth(parseGrowthProof(text), keys);
    return "proven";
  } catch (error) {
    if (error instanceof ProofError) return error.fault;
    throw error;
  }
}

test("a log's growth is proven between any two sizes", () => {
  for (let to = 0; to <= leaves.length; to += 1)
    for (let from = 0; from <= to; from += 3)
      expect(faultOf(formatGrowthProof(proofOf(from, to)).toString())).toBe("proven");
});

test("every single bit that changes in a proof of growth is found", { timeout: 60_000 }, () => {
  const proof = formatGrowthProof(proofOf(21, 40));
  for (let bit = 0; bit < 8 * proof.length; bit += 1) {
    const changed = Buffer.from(proof);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(faultOf(changed.toString()), `bit ${bit}`).not.toBe("proven");
  }
});

test("two histories, two logs and strangers' keys are told apart", () => {
  const other = [leafHash(Buffer.from("another")), ...leaves.slice(1)];
  const text = (proof: object) => formatGrowthProof({ ...proofOf(21, 40), ...proof }).toString();
  expect(faultOf(text({ to: noteOf(40, other) }))).toBe("forged");
  expect(faultOf(text({ from: noteOf(21, other) }))).toBe("forged");
  expect(faultOf(text({ from: noteOf(40), to: noteOf(40, other), path: [] }))).toBe("forged");
  expect(faultOf(text({ from: noteOf(40), to: noteOf(21) }))).toBe("forged");
  expect(faultOf(text({ path: [] }))).toBe("forged");
  const [stranger, second] = [
    openLogSigner(makeLogKey(), "tapline.test/log"),
    openLogSigner(makeLogKey(), "tapline.test/second"),
  ];
  expect(faultOf(text({ to: noteOf(40, leaves, second) }), [log.key, second.key])).toBe("forged");
  expect(faultOf(text({}), [second.key])).toBe("another-log");
  expect(faultOf(text({}), [stranger.key])).toBe("unknown-key");
  expect(faultOf(text({}).slice(0, 50))).toBe("malformed");
  expect(faultOf("{}")).toBe("malformed");
  expect(faultOf(text({}).replace("growth/1", "growth/7"))).toBe("newer-format");
});
