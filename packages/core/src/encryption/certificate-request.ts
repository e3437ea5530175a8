import "reflect-metadata";
import { KeyObject } from "node:crypto";
import { Pkcs10CertificateRequest, Pkcs10CertificateRequestGenerator } from "@peculiar/x509";
import { TaplineError } from "../kernel/index.ts";
import { maxRequestChars } from "../tap/index.ts";
import { pemBlocks, pemToDer, type WebKey } from "./certificate.ts";

const algorithm = { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" };

/** The key of a request whose sender has shown to hold its other half. */
export type VerifiedRequest = { readonly publicKey: WebKey };

/** A new P-256 key and a request (PKCS #10, RFC 2986) to have it certified, both PEM. The key is the caller's alone. */
export async function requestCertificate(): Promise<{ keyPem: string; csrPem: string }> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: ["Tapline agent"] }],
    keys,
    signingAlgorithm: algorithm,
  });
  return {
    keyPem: KeyObject.from(keys.privateKey).export({ format: "pem", type: "pkcs8" }).toString(),
    csrPem: `${request.toString("pem")}\n`,
  };
}

/**
 * Reads a request and checks that it is signed with the key that it names. Its subject and wishes are ignored.
 * @throws TaplineError `invalid-input`: no request, another kind of key than P-256, or a signature that does not fit
 */
export async function verifyRequest(pem: string): Promise<VerifiedRequest> {
  const [block, ...more] = pem.length <= maxRequestChars ? pemBlocks(pem, "CERTIFICATE REQUEST") : [];
  if (block === undefined || more.length > 0) throw refused("it is not one PEM block CERTIFICATE REQUEST");
  const request = parse(pemToDer(block));
  const publicKey = await exportP256(request);
  const isSigned = await request.verify().catch(() => false);
  if (!isSigned) throw refused("its signature does not fit its key");
  return { publicKey };
}

function parse(der: Buffer<ArrayBuffer>): Pkcs10CertificateRequest {
  try {
    return new Pkcs10CertificateRequest(der);
  } catch {
    throw refused("it does not read");
  }
}

async function exportP256(request: Pkcs10CertificateRequest): Promise<WebKey> {
  try {
    const { publicKey } = request;
    const { algorithm: kind } = publicKey;
    if (kind.name === "ECDSA" && "namedCurve" in kind && kind.namedCurve === "P-256")
      return (await publicKey.export(algorithm, ["verify"])) as WebKey;
  } catch {
    throw refused("its key does not read");
  }
  throw refused("its key is not on the curve P-256");
}

function refused(why: string): TaplineError {
  return new TaplineError("invalid-input", `the certificate request is refused: ${why}`, {
    remedy: "send a PKCS #10 request for a P-256 key, signed with that key",
  });
}
