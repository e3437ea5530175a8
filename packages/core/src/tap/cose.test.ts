import { describe, expect, it } from "vitest";
import { decodeSign1, encodeSign1, toBeSigned } from "./cose.ts";

const kid = Buffer.from("0011223344556677", "hex");
const payload = Buffer.from("a10101", "hex");
const signature = Buffer.alloc(64, 0x5a);
const message = encodeSign1({ kid, payload, signature });
const edited = (from: string, to: string) => Buffer.from(message.toString("hex").replace(from, to), "hex");
const refusal = (bytes: Buffer) => {
  const result = decodeSign1(bytes);
  return result.ok ? "taken" : result.detail;
};

describe("COSE_Sign1 codec", () => {
  it("writes tag 18, the EdDSA header, the kid, the payload and the signature", () => {
    expect(message.toString("hex")).toBe(
      `d28443a10127a104480011223344556677${"43a10101"}5840${"5a".repeat(64)}`,
    );
    expect(decodeSign1(message)).toEqual({ ok: true, message: { kid, payload, signature } });
  });

  it("signs the Sig_structure of RFC 9052 §4.4", () => {
    expect(toBeSigned(payload).toString("hex")).toBe("846a5369676e61747572653143a101274043a10101");
    expect(toBeSigned(Buffer.alloc(300)).subarray(0, 21).toString("hex")).toBe(
      "846a5369676e61747572653143a101274059012c00",
    );
  });

  it("refuses every other shape, saying which", () => {
    expect(refusal(edited("d28443", "d18443"))).toMatch(/tag must be 18/);
    expect(refusal(message.subarray(1))).toMatch(/must be a tag, is an array/);
    expect(refusal(edited("d284", "d283"))).toMatch(/must have 4 items/);
    expect(refusal(edited("a10127", "a10126"))).toMatch(/EdDSA/);
    expect(refusal(edited("a1044800", "a1054800"))).toMatch(/kid/);
    expect(refusal(edited("a1044800", "a2044800"))).toMatch(/kid/);
    expect(refusal(edited("a1044800", "a1044700"))).toMatch(/kid must have 8 bytes, has 7/);
    expect(refusal(edited("43a10101", "f6"))).toMatch(/payload must be a byte string/);
    expect(refusal(edited("43a10101", "5803a10101"))).toMatch(/shortest form/);
    expect(refusal(edited("43a10101", "5f41a1420101ff"))).toMatch(/indefinite/);
    expect(refusal(edited("43a10101", "5bffffffffffffffff"))).toMatch(/truncated/);
    expect(refusal(Buffer.concat([message, Buffer.from([0])]))).toMatch(/1 bytes follow/);
  });

  it("refuses a message cut anywhere", () => {
    for (let length = 0; length < message.length; length++)
      expect(refusal(message.subarray(0, length))).not.toBe("taken");
  });
});
