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

  it("reads the long form of a short payload", () => {
    const message = Buffer.concat([Buffer.from("c41000000002", "hex"), type, Buffer.from("a700", "hex")]);
    expect(decodeNdef(message, maxBytes)).toEqual({ ok: true, payload: Buffer.from("a700", "hex") });
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

  it("allocates nothing for a record that claims four gigabytes", () => {
    expect(faultOf(Buffer.concat([Buffer.from("c410ffffffff", "hex"), type]))).toBe("truncated");
  });
});
