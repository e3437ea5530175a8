import { createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { TaplineError } from "../../kernel/index.ts";

/** By which push services know that it is us who send (RFC 8292). */
export type VapidKey = {
  readonly privateKey: KeyObject;
  /** The point of P-256, uncompressed, in base64url: browsers are told it, and bind what they subscribe to it. */
  readonly publicKey: string;
};

/** RFC 8292 §2: 24 h at most, and clocks differ. */
const tokenLifeMs = 12 * 3_600_000;

/**
 * @param pem a private key of P-256, not encrypted
 * @throws TaplineError `misconfigured` for anything else
 */
export function openVapidKey(pem: string): VapidKey {
  try {
    const privateKey = createPrivateKey(pem);
    const { crv, x = "", y = "" } = createPublicKey(privateKey).export({ format: "jwk" });
    if (crv !== "P-256") throw new Error("it is no key of P-256");
    const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    return { privateKey, publicKey: point.toString("base64url") };
  } catch (cause) {
    throw new TaplineError("misconfigured", "the key for Web Push is no private key of P-256 in PEM", {
      remedy: "make one with `openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256`",
      cause,
    });
  }
}

/**
 * The header `Authorization` of one message.
 * @param endpoint the token is for its origin alone
 * @param contact where the push service finds us, `mailto:` or `https:`; null = we do not say
 */
export function vapidHeader(
  { privateKey, publicKey }: VapidKey,
  endpoint: string,
  contact: string | null,
  nowEpochMs: number,
): string {
  const claims = {
    aud: new URL(endpoint).origin,
    exp: Math.floor((nowEpochMs + tokenLifeMs) / 1_000),
    ...(contact === null ? {} : { sub: contact }),
  };
  const parts = [{ typ: "JWT", alg: "ES256" }, claims];
  const body = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  const signature = sign("sha256", Buffer.from(body), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `vapid t=${body}.${signature.toString("base64url")}, k=${publicKey}`;
}
