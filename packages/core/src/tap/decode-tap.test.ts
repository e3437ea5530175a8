import { createPrivateKey, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeTap, encodeTap, kidOf, rejectReasons, signTap, type Tap, tapBounds } from "./index.ts";
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

const anyTap: fc.Arbitrary<Tap> = fc.record(
  {
    trackerId: fc.uint8Array({ minLength: 8, maxLength: 8 }).map((id) => Buffer.from(id).toString("hex")),
    seq: fc.maxSafeNat().map((n) => Math.max(1, n)),
    epoch: fc.maxSafeNat(),
    t0EpochS: fc.integer({ min: 0, max: tapBounds.t0EpochS }),
    samples: fc.array(
      fc.tuple(
        fc.integer({ min: 0, max: tapBounds.dtS }),
        fc.integer({ min: 0, max: tapBounds.heartRateBpm }),
        fc.integer({ min: 0, max: tapBounds.steps }),
      ),
      { minLength: 1, maxLength: 80 },
    ),
    batteryPercent: fc.integer({ min: 0, max: 100 }),
    uptimeS: fc.integer({ min: 0, max: tapBounds.uptimeS }),
    part: fc
      .integer({ min: 1, max: 255 })
      .chain((of) => fc.record({ index: fc.integer({ min: 1, max: of }), of: fc.constant(of) })),
  },
  { requiredKeys: ["trackerId", "seq", "epoch", "t0EpochS", "samples", "batteryPercent", "uptimeS"] },
);

function checkNamed(raw: Uint8Array): void {
  const result = decodeTap(raw);
  if (result.ok) return;
  expect(rejectReasons).toContain(result.reason);
  expect(result.detail).not.toBe("");
}

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

  it("reads back any tap within the bounds", () => {
    fc.assert(
      fc.property(anyTap, (given) => {
        expect(decodeTap(encodeTap(given))).toEqual({ ok: true, tap: given, signature: null });
      }),
      { numRuns: 200 },
    );
  });

  it("never throws on any bytes, and gives every refusal a name", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), checkNamed), { numRuns: 2000 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (payload) => checkNamed(encodeNdef(payload))),
      { numRuns: 2000 },
    );
  });

  it("takes an altered tap only as the canonical bytes of another one, never as the same", () => {
    const flips = fc.array(fc.tuple(fc.nat(signed.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.boolean(), flips, (withSignature, edits) => {
        const original = withSignature ? signed : encodeTap(tap);
        const raw = Buffer.from(original);
        for (const [at, mask] of edits) raw[at % raw.length] = (raw[at % raw.length] ?? 0) ^ mask;
        checkNamed(raw);
        const result = decodeTap(raw);
        if (result.ok && result.signature === null) expect(encodeTap(result.tap)).toEqual(raw);
      }),
      { numRuns: 2000 },
    );
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
