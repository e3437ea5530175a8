import { describe, expect, test } from "vitest";
import { consistencyRanges, inclusionRanges, leafHash, rootOf } from "./merkle.ts";
import {
  formatBundle,
  fullRoot,
  parseBundle,
  parseTile,
  rangeRoot,
  type TileName,
  tilePath,
  tilesBetween,
  widthAt,
} from "./tiles.ts";

const leaves = Array.from({ length: 70_000 }, (_, i) => leafHash(Buffer.from(`entry ${i}`)));

/** The hashes of one level, by full tiles of the level below. */
function level(of: number): Uint8Array[] {
  if (of === 0) return leaves;
  const below = level(of - 1);
  return Array.from({ length: Math.floor(below.length / 256) }, (_, i) =>
    fullRoot(below.slice(i * 256, (i + 1) * 256)),
  );
}
const levels = [0, 1, 2].map(level);

const readTile =
  (size: number) =>
  (of: number, index: number): Promise<Uint8Array[]> =>
    Promise.resolve((levels[of] as Uint8Array[]).slice(index * 256, index * 256 + widthAt(of, index, size)));

describe("tiles", () => {
  test("lie where the specification's examples say", () => {
    expect(tilePath({ level: 0, index: 1_234_067, width: 256 })).toBe("tile/0/x001/x234/067");
    expect(tilePath({ level: "entries", index: 273, width: 112 })).toBe("tile/entries/273.p/112");
    expect(tilePath({ level: 2, index: 0, width: 1 })).toBe("tile/2/000.p/1");
  });

  test("of 70,000 entries are those that the specification counts", () => {
    const all = tilesBetween(0, 70_000).filter(({ level: of }) => of !== "entries");
    const partial = all.filter(({ width }) => width < 256).map(({ level: of, width }) => [of, width]);
    expect(partial).toEqual([
      [0, 112],
      [1, 17],
      [2, 1],
    ]);
    expect(all.filter(({ level: of, width }) => of === 0 && width === 256)).toHaveLength(273);
    expect(all.filter(({ level: of, width }) => of === 1 && width === 256)).toHaveLength(1);
    expect(tilesBetween(0, 256).map(tilePath)).toEqual(["tile/0/000", "tile/entries/000", "tile/1/000.p/1"]);
  });

  test("that are new since a size are those that were not there, or were not so wide", () => {
    const namesAt = (size: number): string[] => tilesBetween(0, size).map(tilePath);
    for (const [old, now] of [
      [0, 1],
      [255, 256],
      [256, 257],
      [300, 300],
      [511, 1025],
      [65_535, 65_537],
    ] as const)
      expect(tilesBetween(old, now).map(tilePath).sort()).toEqual(
        namesAt(now)
          .filter((name) => !namesAt(old).includes(name))
          .sort(),
      );
  });

  test("give every root that proofs need", async () => {
    for (const size of [1, 255, 256, 257, 4_097, 65_536, 70_000]) {
      expect(await rangeRoot({ start: 0, end: size }, readTile(size))).toEqual(rootOf(leaves.slice(0, size)));
      const ranges = [
        ...inclusionRanges(Math.floor(size / 3), size),
        ...inclusionRanges(size - 1, size),
        ...consistencyRanges(Math.ceil(size / 2), size),
      ];
      for (const range of ranges)
        expect(await rangeRoot(range, readTile(size))).toEqual(rootOf(leaves.slice(range.start, range.end)));
    }
    await expect(rangeRoot({ start: 0, end: 257 }, readTile(256))).rejects.toThrow("too short");
  });
});

describe("bundles", () => {
  const name: TileName = { level: "entries", index: 0, width: 3 };

  test("hold entries behind their lengths", () => {
    const entries = [Buffer.from("a"), Buffer.alloc(0), Buffer.alloc(65_535, 1)];
    const bytes = formatBundle(entries);
    expect(bytes.subarray(0, 5).toString("hex")).toBe("0001610000");
    expect(parseBundle(name, bytes).map((entry) => Buffer.from(entry))).toEqual(entries);
    expect(() => formatBundle([Buffer.alloc(65_536)])).toThrow("too long");
  });

  test("and tiles that are damaged are named", () => {
    const bytes = formatBundle([Buffer.from("a"), Buffer.from("b"), Buffer.from("c")]);
    expect(() => parseBundle(name, bytes.subarray(0, -1))).toThrow("tile/entries/000.p/3 is damaged");
    expect(() => parseBundle({ ...name, width: 4 }, bytes)).toThrow("holds 3 entries instead of 4");
    expect(() => parseTile({ ...name, level: 0 }, Buffer.alloc(95))).toThrow("95 bytes instead of 96");
  });
});
