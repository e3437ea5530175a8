import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasCode, TaplineError } from "../kernel/index.ts";
import { DerReader } from "./read-der.ts";
import { encode, octetString, oid, sequence, tags } from "./write-der.ts";

const reader = (...bytes: number[]) => new DerReader(Buffer.from(bytes), "the test value");

describe("the DER reader", () => {
  test("reads what the writer wrote, whatever the length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000 }), (bytes) => {
        const read = new DerReader(sequence(octetString(bytes)), "x").inside(tags.sequence);
        return read.contents(tags.octetString).equals(bytes) && read.done;
      }),
      { numRuns: 50 },
    );
  });

  test.for([
    ["an indefinite length", [0x30, 0x80, 0, 0]],
    ["a length with a needless byte", [0x04, 0x81, 0x01, 0xff]],
    ["a length with leading zeros", [0x04, 0x82, 0x00, 0x80]],
    ["a length of five bytes", [0x04, 0x85, 1, 0, 0, 0, 0]],
    ["a length beyond the end", [0x04, 0x84, 0xff, 0xff, 0xff, 0xff, 0]],
    ["a cut-off length", [0x04, 0x82, 0x01]],
    ["nothing", []],
    ["another tag", [0x05, 0x00]],
  ] as const)("refuses %s", ([, bytes]) => {
    expect(() => reader(...bytes).contents(bytes[0] === 0x30 ? tags.sequence : tags.octetString)).toThrow(
      TaplineError,
    );
  });

  test("refuses what is left over", () => {
    const read = reader(0x04, 0x00, 0x00);
    read.contents(tags.octetString);
    expect(() => read.end()).toThrow("bytes are left over");
  });

  test("walks any bytes without any other error than its own", () => {
    const walk = (read: DerReader, depth: number): void => {
      while (!read.done && depth < 40) {
        const tag = read.peek() ?? 0;
        if ((tag & 0x20) !== 0) walk(read.inside(tag), depth + 1);
        else read.contents(tag);
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        try {
          walk(new DerReader(bytes, "x"), 0);
          return true;
        } catch (error) {
          return hasCode(error, "corrupt");
        }
      }),
      { numRuns: 2000 },
    );
  });

  test("the writer gives object identifiers as X.690 does", () => {
    expect(oid("1.2.840.113549.1.7.1").toString("hex")).toBe("06092a864886f70d010701");
    expect(oid("2.16.840.1.101.3.4.1.46").toString("hex")).toBe("060960864801650304012e");
    expect(encode(tags.set).toString("hex")).toBe("3100");
  });
});
