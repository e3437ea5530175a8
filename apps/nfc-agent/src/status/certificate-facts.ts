import { X509Certificate } from "node:crypto";

/** What the agent's own certificate says. */
export type CertificateFacts = { agent: string | null; endsAtEpochMs: number | null };

const agentName = /URI:spiffe:\/\/tapline\/agent\/([^\s,]+)/;

/** Reads the first certificate of `pem`; one that does not read says nothing. */
export function certificateFacts(pem: string): CertificateFacts {
  try {
    const { subjectAltName, validToDate } = new X509Certificate(pem);
    return { agent: agentName.exec(subjectAltName ?? "")?.[1] ?? null, endsAtEpochMs: validToDate.getTime() };
  } catch {
    return { agent: null, endsAtEpochMs: null };
  }
}
