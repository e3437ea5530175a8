import "reflect-metadata";
import { createPrivateKey, webcrypto, X509Certificate } from "node:crypto";
import { X509Certificate as ParsedCertificate } from "@peculiar/x509";
import { messageOf, TaplineError } from "../kernel/index.ts";
import { certificatesIn, keyUsage } from "./certificate.ts";
import type { VerifiedRequest } from "./certificate-request.ts";
import { type Authority, certifyKey, type Issued, issueAuthority } from "./issue.ts";

const authorityYearsMs = 10 * 365.25 * 24 * 3600 * 1000;
/** Clocks differ: what is issued now is valid from a little before. */
const authorityBackdateMs = 3600 * 1000;
const mostBackdateMs = 5 * 60_000;

/** The SPIFFE id of an agent, as it stands in its certificate. */
export function agentUri(id: string): string {
  return `spiffe://tapline/agent/${id}`;
}

/**
 * A self-signed authority (P-384, 10 years) for nothing but agents' client certificates. It stands apart from the
 * root, so that the door, which faces the network, may hold its key and still sign neither manifests nor servers.
 */
export async function issueAgentsAuthority(
  organisation: string,
  nowEpochMs: number,
): Promise<Authority & Issued> {
  return await issueAuthority(
    { commonName: "Tapline agents", organisation, pathLength: 0 },
    {
      notBefore: new Date(nowEpochMs - authorityBackdateMs),
      notAfter: new Date(nowEpochMs + authorityYearsMs),
    },
  );
}

/**
 * Opens the agents' authority for issuing.
 * @throws TaplineError `misconfigured` where it is no authority, or key and certificate do not belong together
 */
export async function openAgentsAuthority(certPem: string, keyPem: string): Promise<Authority> {
  const wrong = (why: string, cause?: unknown) =>
    new TaplineError("misconfigured", `the agents' authority cannot be used: ${why}`, {
      remedy: "give agents.crt and agents.key of the PKI folder",
      cause,
    });
  const [first] = certificatesIn(certPem, "the agents' authority");
  if (first === undefined || !first.isAuthority || !first.allows(keyUsage.keyCertSign))
    throw wrong("its certificate may not issue certificates");
  try {
    const key = createPrivateKey(keyPem);
    const namedCurve = curveOf(key.asymmetricKeyDetails?.namedCurve);
    if (namedCurve === null) throw new Error("its key is on neither of the curves P-256 and P-384");
    if (!new X509Certificate(first.der).checkPrivateKey(key))
      throw new Error("its key does not belong to its certificate");
    const der = key.export({ format: "der", type: "pkcs8" });
    const privateKey = await webcrypto.subtle.importKey("pkcs8", der, { name: "ECDSA", namedCurve }, false, [
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

/** A client certificate that an agent was given. */
export type AgentCertificate = {
  readonly certPem: string;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly notBeforeEpochMs: number;
  readonly notAfterEpochMs: number;
};

/**
 * Certifies the key of a request as `agent`'s. Nothing else of the request counts: name, usage and times are ours.
 * @param lifetimeMs from now; the authority's own end is never passed
 */
export async function certifyAgent(
  authority: Authority,
  { publicKey }: VerifiedRequest,
  agent: string,
  { nowEpochMs, lifetimeMs }: { nowEpochMs: number; lifetimeMs: number },
): Promise<AgentCertificate> {
  const notBefore = new Date(nowEpochMs - Math.min(mostBackdateMs, lifetimeMs / 10));
  const endsAtEpochMs = Math.min(nowEpochMs + lifetimeMs, authority.certificate.notAfter.getTime());
  // Seconds are all that a certificate can say.
  const notAfter = new Date(Math.floor(endsAtEpochMs / 1000) * 1000);
  const certificate = await certifyKey(
    publicKey,
    {
      issuer: authority,
      commonName: `Tapline agent ${agent}`,
      organisation: "Tapline",
      use: "client",
      uri: agentUri(agent),
    },
    { notBefore, notAfter },
  );
  return {
    certPem: `${certificate.toString("pem")}\n`,
    serial: certificate.serialNumber.toLowerCase(),
    notBeforeEpochMs: certificate.notBefore.getTime(),
    notAfterEpochMs: certificate.notAfter.getTime(),
  };
}
