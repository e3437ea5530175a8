import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decodeTap, encodeTap, kidOf, signTap, type Tap } from "./index.ts";
import { decodeNdef, encodeNdef } from "./ndef.ts";

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
/** RFC 8032 §7.1, test 1. */
const seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
const publicKey32 = Buffer.from("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "hex");
const privateKey = createPrivateKey({
  key: Buffer.from(`302e020100300506032b657004220420${seed}`, "hex"),
  format: "der",
  type: "pkcs8",
});
const kid = kidOf(publicKey32);
const signed = signTap(tap, { kid, privateKey });
const page = readFileSync(new URL("../../../../docs/tap-format.md", import.meta.url), "utf8");

describe("decodeTap", () => {
  it("reads an unsigned tap", () => {
    expect(decodeTap(encodeTap(tap))).toEqual({ ok: true, tap, signature: null });
  });

  it("reads a signed tap and hands out what a verifier needs", () => {
    const result = decodeTap(signed);
    if (!result.ok || result.signature === null) throw new Error("must be a signed tap");
    expect(result.tap).toEqual(tap);
    expect(result.signature.kid).toBe("21fe31dfa154a261");
    const publicKey = createPublicKey(privateKey);
    expect(verify(null, result.signature.toBeSigned, publicKey, result.signature.signature)).toBe(true);
  });

  it("reads a message that lies inside a larger buffer", () => {
    const around = new Uint8Array(signed.length + 20);
    around.set(signed, 7);
    expect(decodeTap(around.subarray(7, 7 + signed.length))).toMatchObject({ ok: true, tap });
  });

  it("names the layer that broke", () => {
    const reasonOf = (raw: Uint8Array) => {
      const result = decodeTap(raw);
      return result.ok ? "taken" : result.reason;
    };
    expect(reasonOf(signed.subarray(0, -1))).toBe("malformed-ndef");
    expect(reasonOf(new Uint8Array(32 * 1024 + 1))).toBe("malformed-ndef");
    expect(reasonOf(encodeNdef(Buffer.from("d28443a10126", "hex")))).toBe("malformed-cose");
    expect(reasonOf(encodeNdef(Buffer.from("84", "hex")))).toBe("malformed-cose");
    expect(reasonOf(encodeNdef(Buffer.from("ff", "hex")))).toBe("malformed-cbor");
    expect(reasonOf(encodeNdef(Buffer.alloc(0)))).toBe("malformed-cbor");
    expect(reasonOf(encodeNdef(Buffer.from("a8", "hex")))).toBe("malformed-cbor");
    expect(reasonOf(encodeNdef(Buffer.from("a70102", "hex")))).toBe("schema");
  });

  it("reads the worked examples of docs/tap-format.md, and writes the same bytes", () => {
    const blocks = [...page.matchAll(/```hex\n([^`]*)```/g)].map((match) =>
      Buffer.from((match[1] ?? "").replaceAll(/#.*$/gm, "").replaceAll(/\s/g, ""), "hex"),
    );
    expect(blocks).toHaveLength(2);
    expect(encodeTap(tap).toString("hex")).toBe(blocks[0]?.toString("hex"));
    expect(signed.toString("hex")).toBe(blocks[1]?.toString("hex"));
  });
});

describe("signTap", () => {
  it("refuses a key that is not Ed25519, and a kid of another length", () => {
    const other = generateKeyPairSync("x25519").privateKey;
    expect(() => signTap(tap, { kid, privateKey: other })).toThrow(/Ed25519/);
    expect(() => signTap(tap, { kid: "00", privateKey })).toThrow(/16 hexadecimal/);
    expect(() => kidOf(new Uint8Array(31))).toThrow(/32 bytes/);
  });

  it("adds 87 bytes to a tap at most", () => {
    const record = decodeNdef(signed, 4096);
    const bare = decodeNdef(encodeTap(tap), 4096);
    if (!record.ok || !bare.ok) throw new Error("both must be records");
    expect(record.payload.length - bare.payload.length).toBeLessThanOrEqual(87);
  });
});
