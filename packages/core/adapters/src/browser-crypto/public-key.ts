import { ed25519 } from "@noble/curves/ed25519.js";
import { p256, p384, p521 } from "@noble/curves/nist.js";
import { sha256, sha384, sha512 } from "@noble/hashes/sha2.js";
import { read, type Tlv, tags, wholeBytes } from "./der.ts";

const hashes = { sha256, sha384, sha512 };
const curves = { "2a8648ce3d030107": p256, "2b81040022": p384, "2b81040023": p521 };
const algorithms = { ed25519: "2b6570", ec: "2a8648ce3d0201", rsa: "2a864886f70d010101" };

/** What is left of Node's KeyObject here. */
export type PublicKey = {
  readonly verify: (hash: string | null, data: Uint8Array, sig: Uint8Array) => boolean;
};

/** @param spki SubjectPublicKeyInfo in DER (RFC 5280 §4.1) @throws Error where it is of a kind that is not known here */
export function publicKeyOf(spki: Uint8Array): PublicKey {
  const [algorithm, bits] = read(spki, tags.sequence).children();
  const [oid, parameters] = algorithm?.children() ?? [];
  const key = bits === undefined ? null : wholeBytes(bits);
  if (key === null) throw new Error("a key is not of whole bytes");
  const name = hex(oid?.contents);
  if (name === algorithms.ed25519) return ed25519Key(key);
  if (name === algorithms.ec) return ecKey(hex(parameters?.contents), key);
  if (name === algorithms.rsa) return rsaKey(key);
  throw new Error("a key is of a kind that this page does not know");
}

function ed25519Key(key: Uint8Array): PublicKey {
  return {
    verify: (_hash, data, sig) => {
      try {
        return ed25519.verify(sig, data, key, { zip215: false });
      } catch {
        return false;
      }
    },
  };
}

function ecKey(curveOid: string, key: Uint8Array): PublicKey {
  const curve = curves[curveOid as keyof typeof curves];
  if (curve === undefined) throw new Error("a key is on a curve that this page does not know");
  // Whether it is a point of the curve is asked here, as Node does.
  curve.Point.fromBytes(key);
  return {
    verify: (hash, data, sig) => {
      try {
        const digest = digestOf(hash, data);
        return curve.verify(sig, digest, key, { prehash: false, lowS: false, format: "der" });
      } catch {
        return false;
      }
    },
  };
}

/** RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2). */
function rsaKey(key: Uint8Array): PublicKey {
  const [modulus, exponent] = read(key, tags.sequence).children();
  const [n, e] = [numberOf(modulus), numberOf(exponent)];
  return {
    verify: (hash, data, sig) => {
      const length = Math.ceil(n.toString(16).length / 2);
      if (sig.length !== length || e === 0n) return false;
      const expected = emsa(hash, data, length);
      return power(BigInt(`0x${hex(sig)}`), e, n) === BigInt(`0x${hex(expected)}`);
    },
  };
}

const digestInfo = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

function emsa(hash: string | null, data: Uint8Array, length: number): Uint8Array {
  const end = Buffer.concat([Buffer.from(digestInfo[nameOf(hash)], "hex"), digestOf(hash, data)]);
  const filling = Buffer.alloc(Math.max(0, length - end.length - 3), 0xff);
  return Buffer.concat([Buffer.of(0, 1), filling, Buffer.of(0), end]);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const digestOf = (hash: string | null, data: Uint8Array): Uint8Array => hashes[nameOf(hash)](data);

/** Both `sha256` and `SHA-256`, as Node takes them. */
function nameOf(hash: string | null): keyof typeof hashes {
  const name = (hash ?? "").toLowerCase().replace("-", "");
  if (name in hashes) return name as keyof typeof hashes;
  throw new Error(`the digest ${hash} is not known here`);
}

const hex = (bytes: Uint8Array = new Uint8Array(0)): string => Buffer.from(bytes).toString("hex");
const numberOf = (integer: Tlv | undefined): bigint => BigInt(`0x${hex(integer?.contents) || "0"}`);
