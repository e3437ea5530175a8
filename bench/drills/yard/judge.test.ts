import { expect, test } from "vitest";
import { type Evidence, judge } from "./judge.ts";

const handed = [
  { sha256: "a", place: "t/1/1", seq: 1 },
  { sha256: "a", place: "t/1/1", seq: 2 },
  { sha256: "b", place: null, seq: 3 },
  { sha256: "c", place: "t/1/2", seq: null },
];
const figures = { taps: 3, pending: 0, archived: 1, duplicates: 1, rejected: 1 };
const archive = {
  places: new Map([["t/1/1", "a"]]),
  seqs: new Map([[1, "a"]]),
  taps: 1,
  doubled: 0,
  late: 0,
};
const good: Evidence = { handed, archive, refused: new Set(["b"]), figures };

test("finds nothing where all is right; what was not durable may be missing", () => {
  expect(judge(good)).toEqual({ taps: 3, lost: 0, doubled: 0, faultsFound: [] });
});

test("counts what is missing: from the archive, and from quarantine", () => {
  const empty = { places: new Map(), seqs: new Map(), taps: 0, doubled: 0, late: 0 };
  expect(judge({ ...good, archive: empty }).lost).toBe(2);
  expect(judge({ ...good, refused: new Set() }).lost).toBe(1);
});

test("names what nobody read, changed bytes, and counts that differ", () => {
  const strange = { ...archive, places: new Map([...archive.places, ["x/1/1", "z"]]) };
  expect(judge({ ...good, archive: strange }).faultsFound).toEqual([
    expect.stringContaining("no reader read"),
  ]);
  const changed = { ...archive, seqs: new Map([[1, "q"]]) };
  expect(judge({ ...good, archive: changed }).faultsFound).toEqual([expect.stringContaining("other bytes")]);
  const more = { ...figures, archived: 2 };
  expect(judge({ ...good, figures: more }).faultsFound).toHaveLength(2);
});
