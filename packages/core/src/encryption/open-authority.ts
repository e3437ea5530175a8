import "reflect-metadata";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { X509Certificate as ParsedCertificate } from "@peculiar/x509";
import { messageOf, TaplineError } from "../kernel/index.ts";
import { certificatesIn, keyUsage } from "./certificate.ts";
import type { Authority } from "./issue.ts";

/**
 * Opens an authority for issuing, from PEM.
 * @param what how errors call it
 * @param files what people are told to give
 * @throws TaplineError `misconfigured` where it is no authority, or key and certificate do not belong together
 */
export async function openAuthority(
  certPem: string,
  keyPem: string,
  what: string,
  files = "the certificate and the key of one authority",
): Promise<Authority> {
  const wrong = (why: string, cause?: unknown) =>
    new TaplineError("misconfigured", `${what} cannot be used: ${why}`, {
      remedy: `give ${files} of the PKI folder`,
      cause,
    });
  const [first] = certificatesIn(certPem, what);
  if (first === undefined || !first.isAuthority || !first.allows(keyUsage.keyCertSign))
    throw wrong("its certificate may not issue certificates");
  try {
    const key = createPrivateKey(keyPem);
    const namedCurve = curveOf(key.asymmetricKeyDetails?.namedCurve);
    if (namedCurve === null) throw new Error("its key is on neither of the curves P-256 and P-384");
    if (!new X509Certificate(first.der).checkPrivateKey(key))
      throw new Error("its key does not belong to its certificate");
    const der = key.export({ format: "der", type: "pkcs8" });
    const privateKey = await crypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve }, false, [
      "sign",
    ]);
    return { certificate: new ParsedCertificate(first.der), privateKey };
  } catch (error) {
    throw wrong(messageOf(error), error);
  }
}

function curveOf(name: string | undefined): "P-256" | "P-384" | null {
  if (name === "prime256v1") return "P-256";
  return name === "secp384r1" ? "P-384" : null;
}
