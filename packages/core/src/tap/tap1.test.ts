import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import {
  encodeTap1 as encodeFlat,
  flatten,
  type Sample,
  scanTap1,
  type Tap,
  tapBounds,
  unflatten,
} from "./tap1.ts";

const encodeTap1 = (tap: Tap): Buffer => encodeFlat(flatten(tap));
const decodeTap1 = (bytes: Buffer) => {
  const scanned = scanTap1(bytes);
  return scanned.ok ? { ...scanned, tap: unflatten(scanned.tap) } : scanned;
};

const tap: Tap = {
  trackerId: "0102030405060708",
  seq: 7,
  epoch: 1,
  t0EpochS: 1_767_225_600,
  samples: [
    [0, 72, 0],
    [60, 75, 31],
  ],
  batteryPercent: 88,
  uptimeS: 86_400,
};
const asMap = (overrides: [number, unknown][] = []) => {
  const entries: [number, unknown][] = [
    [1, 1],
    [2, Uint8Array.from(Buffer.from(tap.trackerId, "hex"))],
    [3, tap.seq],
    [4, tap.epoch],
    [5, tap.t0EpochS],
    [6, tap.samples],
    [7, [tap.batteryPercent, tap.uptimeS]],
  ];
  return Buffer.from(encode(new Map([...entries, ...overrides])));
};
const reasonOf = (bytes: Buffer) => {
  const result = decodeTap1(bytes);
  return result.ok ? "taken" : result.reason;
};
const detailOf = (bytes: Buffer) => {
  const result = decodeTap1(bytes);
  return result.ok ? "taken" : result.detail;
};
const edited = (from: string, to: string) => {
  const hex = encodeTap1(tap).toString("hex");
  expect(hex).toContain(from);
  return Buffer.from(hex.replace(from, to), "hex");
};

describe("tap/1 map", () => {
  it("writes the bytes that an independent CBOR encoder writes", () => {
    expect(encodeTap1(tap)).toEqual(asMap());
    expect(encodeTap1({ ...tap, part: { index: 2, of: 3 } })).toEqual(asMap([[8, [2, 3]]]));
  });

  it("reads back what it wrote, at every width of number", () => {
    for (const n of [1, 23, 24, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER]) {
      const wide: Tap = { ...tap, seq: n, epoch: n, part: { index: 1, of: 255 } };
      expect(decodeTap1(encodeTap1(wide))).toEqual({ ok: true, tap: wide });
    }
  });

  it("takes a full tap of 2,000 samples at their bounds, and no more", () => {
    const widest: Sample = [tapBounds.dtS, tapBounds.heartRateBpm, tapBounds.steps];
    const full: Tap = { ...tap, samples: Array.from({ length: 2000 }, () => widest) };
    expect(decodeTap1(encodeTap1(full))).toEqual({ ok: true, tap: full });
    expect(() => encodeTap1({ ...full, samples: [...full.samples, widest] })).toThrow(
      /samples must be 1-2000/,
    );
    const over = asMap([[6, Array.from({ length: 2001 }, () => [0, 0, 0])]]);
    expect(detailOf(over)).toMatch(/samples must be 1-2000, are 2001/);
  });

  it("calls broken or non-deterministic CBOR malformed", () => {
    expect(reasonOf(edited("0307", "031807"))).toBe("malformed-cbor");
    expect(reasonOf(edited("0307", "031900ff"))).toBe("malformed-cbor");
    expect(reasonOf(edited("0307", "031a0000ffff"))).toBe("malformed-cbor");
    expect(reasonOf(edited("0307", "031b00000000ffffffff"))).toBe("malformed-cbor");
    expect(reasonOf(edited("0307", "031c"))).toBe("malformed-cbor");
    expect(reasonOf(edited("0682", "069f"))).toBe("malformed-cbor");
    expect(reasonOf(edited("a70101", "bf0101"))).toBe("malformed-cbor");
    expect(detailOf(edited("03070401", "04010307"))).toMatch(/key 3 is missing/);
    expect(detailOf(edited("0401051a", "0307051a"))).toMatch(/key 3 is repeated or out of order/);
    expect(reasonOf(Buffer.concat([encodeTap1(tap), Buffer.from([0])]))).toBe("malformed-cbor");
  });

  it("calls well-formed CBOR of another shape a breach of the schema", () => {
    expect(detailOf(asMap([[1, 2]]))).toMatch(/version must be within 1 and 1/);
    expect(detailOf(asMap([[2, new Uint8Array(7)]]))).toMatch(/trackerId must have 8 bytes, has 7/);
    expect(detailOf(asMap([[2, "01020304"]]))).toMatch(/trackerId must be a byte string, is a text string/);
    expect(detailOf(asMap([[3, 0]]))).toMatch(/seq must be within 1/);
    expect(detailOf(asMap([[3, 2n ** 53n]]))).toMatch(/seq must be within/);
    expect(detailOf(asMap([[3, -1]]))).toMatch(/seq must be an unsigned integer, is a negative integer/);
    expect(detailOf(asMap([[6, []]]))).toMatch(/samples must be 1-2000, are 0/);
    expect(detailOf(asMap([[6, [[0, 1]]]]))).toMatch(/a sample must have 3 items/);
    expect(detailOf(asMap([[6, [[0, 1, 65_536]]]]))).toMatch(/steps must be within/);
    expect(detailOf(asMap([[7, [101, 1]]]))).toMatch(/battery must be within 0 and 100/);
    expect(detailOf(asMap([[8, [4, 3]]]))).toMatch(/part 4 of 3/);
    expect(detailOf(asMap([[9, 1]]))).toMatch(/key 8 is missing, key 9 is there/);
    expect(detailOf(Buffer.from("a0", "hex"))).toMatch(/7 or 8 entries, has 0/);
    for (const reason of [asMap([[3, 0]]), asMap([[6, [[0, 1]]]]), asMap([[9, 1]])].map(reasonOf))
      expect(reason).toBe("schema");
  });

  it("refuses an array that claims more items than there are bytes, without allocating for them", () => {
    expect(reasonOf(edited("0682830018", "069bffffffffffffffff830018"))).toBe("schema");
    expect(reasonOf(edited("0682830018", "061907d0830018"))).not.toBe("taken");
  });

  it("refuses to write what breaks a bound", () => {
    for (const bad of [
      { trackerId: "01" },
      { seq: 0 },
      { seq: 1.5 },
      { epoch: -1 },
      { samples: [] },
      { batteryPercent: 101 },
      { part: { index: 3, of: 2 } },
    ])
      expect(() => encodeTap1({ ...tap, ...bad })).toThrow(/the tap cannot be written/);
  });
});
