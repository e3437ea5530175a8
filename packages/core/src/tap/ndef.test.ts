import { describe, expect, it } from "vitest";
import { decodeNdef, encodeNdef, tapRecordType } from "./ndef.ts";

const maxBytes = 4096;
const type = Buffer.from(tapRecordType, "latin1");
const record = (flags: number, payload: Buffer, recordType = type) =>
  Buffer.concat([Buffer.from([flags, recordType.length, payload.length]), recordType, payload]);
const faultOf = (message: Uint8Array) => {
  const result = decodeNdef(message, maxBytes);
  return result.ok ? "taken" : result.fault;
};

describe("NDEF codec", () => {
  it("writes the short form up to 255 bytes of payload and the long form above, and reads both", () => {
    for (const [length, head] of [
      [0, "d41000"],
      [255, "d410ff"],
      [256, "c41000000100"],
      [3000, "c41000000bb8"],
    ] as const) {
      const payload = Buffer.alloc(length, 0xa7);
      const message = encodeNdef(payload);
      expect(message.toString("hex")).toMatch(new RegExp(`^${head}${type.toString("hex")}`));
      expect(decodeNdef(message, maxBytes)).toEqual({ ok: true, payload });
    }
  });

  it("refuses the long form of a short payload: a packet has one form only", () => {
    for (const length of [0, 2, 255]) {
      const head = Buffer.from([0xc4, 0x10, 0, 0, 0, length]);
      expect(faultOf(Buffer.concat([head, type, Buffer.alloc(length, 0xa7)]))).toBe("overlong");
    }
  });

  it("refuses a message cut anywhere as truncated", () => {
    for (const payload of [Buffer.alloc(20, 1), Buffer.alloc(300, 1)]) {
      const message = encodeNdef(payload);
      for (let length = 1; length < message.length; length++)
        expect(faultOf(message.subarray(0, length))).toBe("truncated");
    }
  });

  it("refuses what is not exactly one whole external record of our type, by name", () => {
    const payload = Buffer.from([0xa7]);
    expect(faultOf(Buffer.alloc(0))).toBe("empty");
    expect(faultOf(Buffer.from("d00000", "hex"))).toBe("empty");
    expect(faultOf(record(0xf4, payload))).toBe("chunked");
    expect(faultOf(record(0x54, payload))).toBe("truncated");
    expect(faultOf(Buffer.concat([record(0x94, payload), record(0x54, payload)]))).toBe("several-records");
    expect(faultOf(record(0xd1, payload))).toBe("wrong-type");
    expect(faultOf(record(0xd4, payload, Buffer.from("tapline.dev:tap2")))).toBe("wrong-type");
    expect(faultOf(record(0xd4, payload, Buffer.from("tapline.dev:tap")))).toBe("wrong-type");
    expect(faultOf(record(0xdc, payload))).toBe("id-field");
    expect(faultOf(Buffer.concat([encodeNdef(payload), Buffer.from([0])]))).toBe("trailing");
    expect(faultOf(encodeNdef(encodeNdef(payload)))).toBe("nested");
    expect(faultOf(encodeNdef(Buffer.alloc(maxBytes)))).toBe("overlong");
  });

  it("finds a record within the record, whatever its kind", () => {
    const nested = (hex: string) => faultOf(encodeNdef(Buffer.from(hex.replaceAll(" ", ""), "hex")));
    // A text record, the same with an id, a URI in the long form, our own type with an id and cut short.
    expect(nested("d1 01 03 54 02 65 6e")).toBe("nested");
    expect(nested("d9 01 03 01 54 69 02 65 6e")).toBe("nested");
    expect(nested("c1 01 00000002 55 00 61")).toBe("nested");
    expect(nested(`dc 10 ff 01 ${type.toString("hex")} 69`)).toBe("nested");
    // Lengths that do not add up are no record; what follows from it is for CBOR to say.
    expect(nested("d1 01 04 54 02 65 6e")).toBe("taken");
    expect(nested("d1")).toBe("taken");
  });

  it("never takes a COSE message for a nested record, even where its lengths would fit", () => {
    const payload = Buffer.alloc(3 + 0x84 + 0x43);
    payload.write("d28443a10127", "hex");
    expect(decodeNdef(encodeNdef(payload), maxBytes)).toEqual({ ok: true, payload });
  });

  it("allocates nothing for a record that claims four gigabytes", () => {
    expect(faultOf(Buffer.concat([Buffer.from("c410ffffffff", "hex"), type]))).toBe("truncated");
  });
});
