import "reflect-metadata";
import type { VerifiedRequest } from "./certificate-request.ts";
import { type Authority, certifyKey, type Issued, issueAuthority } from "./issue.ts";
import { openAuthority } from "./open-authority.ts";

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
  return await openAuthority(certPem, keyPem, "the agents' authority", "agents.crt and agents.key");
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
