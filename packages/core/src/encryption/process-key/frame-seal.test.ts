import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSealedFrame } from "../../buffer/index.ts";
import { hasCode } from "../../kernel/index.ts";
import { FrameSeal } from "./index.ts";

const key = randomBytes(32);
const codeOf = (act: () => unknown): string => {
  try {
    act();
    return "none";
  } catch (error) {
    return ["corrupt", "misconfigured"].find((code) => hasCode(error, code as "corrupt")) ?? String(error);
  }
};

describe("a sealed frame", () => {
  test("opens to what was sealed, in the same process and in another one with the same key", () => {
    const [door, stage] = [new FrameSeal([key], randomBytes), new FrameSeal([key], randomBytes)];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const sealed = door.seal(Buffer.from(bytes));
        expect(isSealedFrame(sealed)).toBe(true);
        expect(door.open(sealed)).toEqual(Buffer.from(bytes));
        expect(stage.open(sealed)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("shows nothing of its content, and never the same bytes twice", () => {
    const seal = new FrameSeal([key], randomBytes);
    const text = Buffer.from("heart rate 61 heart rate 61");
    const all = Array.from({ length: 200 }, () => seal.seal(text));
    for (const sealed of all) expect(sealed.includes("heart")).toBe(false);
    expect(new Set(all.map((sealed) => sealed.toString("hex"))).size).toBe(200);
  });

  test("is refused after the change of any single bit, and cut short anywhere", () => {
    const seal = new FrameSeal([key], randomBytes);
    const sealed = seal.seal(Buffer.from("taps"));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const copy = Buffer.from(sealed);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      expect(["corrupt", "misconfigured"]).toContain(codeOf(() => seal.open(copy)));
    }
    for (let end = 0; end < sealed.length; end++)
      expect(codeOf(() => seal.open(sealed.subarray(0, end)))).not.toBe("none");
  });

  test("of an earlier process key opens while that one is named, and says which setting is missing else", () => {
    const [before, after] = [randomBytes(32), randomBytes(32)];
    const old = new FrameSeal([before], randomBytes).seal(Buffer.from("taps"));
    const rotated = new FrameSeal([after, before], randomBytes);
    expect(rotated.open(old).toString()).toBe("taps");
    expect(new FrameSeal([after], randomBytes).open(rotated.seal(Buffer.from("new"))).toString()).toBe("new");
    expect(codeOf(() => new FrameSeal([after], randomBytes).open(old))).toBe("misconfigured");
    expect(codeOf(() => new FrameSeal([randomBytes(31)], randomBytes))).toBe("misconfigured");
  });

  test("opens behind more restarts than keys are kept", () => {
    const reader = new FrameSeal([key], randomBytes);
    const frames = Array.from({ length: 150 }, (_, i) =>
      new FrameSeal([key], randomBytes).seal(Buffer.of(i)),
    );
    for (const all of [frames, frames])
      for (const [i, sealed] of all.entries()) expect(reader.open(sealed)[0]).toBe(i);
  });
});
