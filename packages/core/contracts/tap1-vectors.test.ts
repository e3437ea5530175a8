import { createHash, createPrivateKey, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { decode, encode, Tagged } from "cborg";
import { describe, expect, it } from "vitest";
import { decodeTap, encodeTap, kidOf, signTap, type Tap } from "../src/tap/index.ts";
import { makeTap1Vectors, textOf } from "./tap1-vectors.fixture.ts";
import { tap1VectorsSchema } from "./tap1-vectors.ts";

const text = readFileSync(new URL("./tap1-vectors.json", import.meta.url), "utf8");
const { keys, valid, forged, invalid } = tap1VectorsSchema.parse(JSON.parse(text));
const bytes = (hex: string): Buffer => Buffer.from(hex, "hex");
const keyOf = (name: string | null) => {
  const key = keys.find((one) => one.name === name);
  if (key === undefined) throw new Error(`no key ${name}`);
  const der = { format: "der", type: "pkcs8" } as const;
  const privateKey = createPrivateKey({ key: bytes(`302e020100300506032b657004220420${key.seed}`), ...der });
  return { ...key, privateKey, publicKeyObject: createPublicKey(privateKey) };
};

/** CBOR by a decoder that is not ours, as strict as it can be. */
const strict = {
  strict: true,
  useMaps: true,
  rejectDuplicateMapKeys: true,
  allowIndefinite: false,
  tags: Tagged.preserve(18),
};

/** The payload of a record, found by hand. */
function payloadOf(message: Buffer): Buffer {
  return message.subarray(message[0] === 0xd4 ? 19 : 22);
}

/** What stands in a message, by that decoder. */
function readIndependently(message: Buffer) {
  const payload = payloadOf(message);
  if (payload[0] !== 0xd2) return { tap: tapOf(decode(payload, strict)), signed: null };
  const [protectedHeader, unprotectedHeader, content, signature] = (decode(payload, strict) as Tagged)
    .value as [Uint8Array, Map<number, Uint8Array>, Uint8Array, Uint8Array];
  const toBeSigned = encode(["Signature1", protectedHeader, new Uint8Array(0), content]);
  const kid = unprotectedHeader.get(4) ?? new Uint8Array(0);
  return { tap: tapOf(decode(content, strict)), signed: { protectedHeader, kid, toBeSigned, signature } };
}

function tapOf(decoded: unknown): Tap {
  const map = decoded as Map<number, unknown>;
  const [batteryPercent, uptimeS] = map.get(7) as [number, number];
  const part = map.get(8) as [number, number] | undefined;
  expect([...map.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, ...(part === undefined ? [] : [8])]);
  expect(map.get(1)).toBe(1);
  return {
    trackerId: Buffer.from(map.get(2) as Uint8Array).toString("hex"),
    seq: map.get(3) as number,
    epoch: map.get(4) as number,
    t0EpochS: map.get(5) as number,
    samples: map.get(6) as Tap["samples"],
    ...{ batteryPercent, uptimeS },
    ...(part === undefined ? {} : { part: { index: part[0], of: part[1] } }),
  };
}

describe("tap1-vectors.json", () => {
  it("is what its maker makes (node packages/core/contracts/tap1-vectors.fixture.ts)", () => {
    expect(text).toBe(textOf(makeTap1Vectors()));
  });

  it("has no name and no message twice", () => {
    for (const rows of [valid, forged, invalid]) {
      expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
      expect(new Set(rows.map(({ message }) => message)).size).toBe(rows.length);
    }
  });

  it.each(keys)("has in $name the key of RFC 8032 with its kid", ({ name, publicKey, kid }) => {
    const spki = keyOf(name).publicKeyObject.export({ format: "der", type: "spki" });
    expect(spki.subarray(12).toString("hex")).toBe(publicKey);
    expect(createHash("sha256").update(bytes(publicKey)).digest("hex").slice(0, 16)).toBe(kid);
    expect(kidOf(bytes(publicKey))).toBe(kid);
  });

  it("names every fault and every reason that a message alone can have", () => {
    expect(new Set(invalid.map(({ fault }) => fault))).toEqual(
      new Set([
        ...["empty", "truncated", "overlong", "chunked", "nested", "trailing", "several-records"],
        ...["id-field", "wrong-type", undefined],
      ]),
    );
    expect(new Set(invalid.map(({ reason }) => reason))).toEqual(
      new Set(["malformed-ndef", "malformed-cose", "malformed-cbor", "schema"]),
    );
  });
});

describe("vectors to be taken", () => {
  it.each(valid)("$name", ({ message, tap, key, toBeSigned, signature }) => {
    const raw = bytes(message);
    const result = decodeTap(raw);
    if (!result.ok) throw new Error(result.detail);
    expect(result.tap).toEqual(tap);
    expect(readIndependently(raw).tap).toEqual(tap);
    if (key === null) {
      expect(result.signature).toBeNull();
      expect(encodeTap(tap as Tap).toString("hex")).toBe(message);
      return;
    }
    const { kid, privateKey, publicKeyObject } = keyOf(key);
    expect(result.signature).toEqual({
      kid,
      toBeSigned: bytes(toBeSigned ?? ""),
      signature: bytes(signature ?? ""),
    });
    expect(signTap(tap as Tap, { kid, privateKey }).toString("hex")).toBe(message);
    const { signed } = readIndependently(raw);
    if (signed === null) throw new Error("must be signed");
    expect(decode(signed.protectedHeader, strict)).toEqual(new Map([[1, -8]]));
    expect(Buffer.from(signed.kid).toString("hex")).toBe(kid);
    expect(Buffer.from(signed.toBeSigned).toString("hex")).toBe(toBeSigned);
    expect(verify(null, signed.toBeSigned, publicKeyObject, signed.signature)).toBe(true);
  });
});

describe("forged vectors have the right form and a wrong signature", () => {
  it.each(forged)("$name", ({ message, key }) => {
    const result = decodeTap(bytes(message));
    if (!result.ok || result.signature === null) throw new Error("must have the form of a signed tap");
    const { kid, publicKeyObject } = keyOf(key);
    expect(result.signature.kid).toBe(kid);
    expect(verify(null, result.signature.toBeSigned, publicKeyObject, result.signature.signature)).toBe(
      false,
    );
    const { signed } = readIndependently(bytes(message));
    expect(
      verify(null, signed?.toBeSigned ?? bytes(""), publicKeyObject, signed?.signature ?? bytes("")),
    ).toBe(false);
  });
});

describe("vectors to be refused", () => {
  it.each(invalid)("$reason: $name", ({ message, reason, fault }) => {
    const result = decodeTap(bytes(message));
    if (result.ok) throw new Error("was taken");
    expect(result.reason).toBe(reason);
    if (fault !== undefined) expect(result.detail).toMatch(new RegExp(`^${fault}: `));
  });

  it.each(invalid.filter(({ reason }) => reason === "malformed-cbor"))(
    "$name is no strict CBOR map for another decoder either",
    ({ message }) => {
      expect(() => {
        const decoded = decode(payloadOf(bytes(message)), strict);
        if (!(decoded instanceof Map)) throw new Error("no map");
      }).toThrow();
    },
  );

  it.each(invalid.filter(({ reason, name }) => reason === "schema" && !name.startsWith("2^32")))(
    "$name is CBOR for another decoder",
    ({ message }) => {
      expect(decode(payloadOf(bytes(message)), strict)).toBeInstanceOf(Map);
    },
  );
});
