import "reflect-metadata";
import { webcrypto } from "node:crypto";
import {
  BasicConstraintsExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** An authority of its own and a server's certificate for 127.0.0.1, PEM. */
export async function makeCertificate(): Promise<{ authority: string; cert: string; key: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const make = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const [root, server] = await Promise.all([make(), make()]);
  const notBefore = new Date(Date.now() - 60_000);
  const notAfter = new Date(Date.now() + 24 * 3_600_000);
  const issuer = await X509CertificateGenerator.createSelfSigned({
    ...{ name: "CN=cluster", keys: root, signingAlgorithm: algorithm, notBefore, notAfter },
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  const leaf = await X509CertificateGenerator.create({
    ...{
      subject: "CN=kube-apiserver",
      issuer: issuer.subject,
      signingAlgorithm: algorithm,
      notBefore,
      notAfter,
    },
    ...{ publicKey: server.publicKey, signingKey: root.privateKey },
    extensions: [new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", server.privateKey)).toString("base64");
  const key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
  return { authority: issuer.toString("pem"), cert: leaf.toString("pem"), key };
}
