import { TaplineError } from "../kernel/index.ts";
import { type Certificate, certificatesIn, keyUsage, pemBlocks } from "./certificate.ts";
import { type RevocationList, revocationListsIn } from "./revocation-list.ts";

/** What a verifier trusts. One text may hold several PEM blocks, so `trust.pem` can be given for both. */
export interface Trust {
  readonly rootPems: readonly string[];
  readonly crlPems: readonly string[];
  /** The time at which certificates and lists must be valid, ms since 1970; null: any time will do. */
  readonly atEpochMs: number | null;
}

const maxChainLength = 6;

/**
 * Checks the path from `leaf` through `others` to a trusted root (RFC 5280 §6.1, without policies and name
 * constraints, which are refused where critical), with a revocation list for every issuer, as
 * `openssl verify -crl_check_all` does. A listed certificate is refused whatever the date of its revocation.
 * @returns the path, leaf first
 * @throws TaplineError `unauthenticated`, facts.reason naming which check failed
 */
export function verifyChain(leaf: Certificate, others: readonly Certificate[], trust: Trust): Certificate[] {
  const { anchors, lists } = readTrust(trust);
  const path = [leaf];
  let current = leaf;
  while (!anchors.some((anchor) => anchor.der.equals(current.der))) {
    const issuer = [...anchors, ...others].find((candidate) => issued(candidate, current));
    if (issuer === undefined) throw refused(current, "untrusted", "no trusted authority issued it");
    if (path.length >= maxChainLength) throw refused(leaf, "untrusted", "its chain is too long");
    path.push(issuer);
    current = issuer;
  }
  path.forEach((certificate, depth) => {
    checkOne(certificate, depth, trust.atEpochMs);
    checkRevocation(certificate, path[depth + 1] ?? certificate, lists, trust.atEpochMs);
  });
  return path;
}

interface ReadTrust {
  readonly anchors: readonly Certificate[];
  readonly lists: readonly RevocationList[];
}

const readTrusts = new WeakMap<readonly string[], WeakMap<readonly string[], ReadTrust>>();

/** Parses the texts once for as long as the caller hands in the same arrays: a restore checks thousands. */
function readTrust({ rootPems, crlPems }: Trust): ReadTrust {
  const byCrls = readTrusts.get(rootPems) ?? new WeakMap<readonly string[], ReadTrust>();
  readTrusts.set(rootPems, byCrls);
  const known = byCrls.get(crlPems);
  if (known !== undefined) return known;
  const roots = rootPems.filter((pem) => pemBlocks(pem, "CERTIFICATE").length > 0);
  const anchors = roots.flatMap((pem) => certificatesIn(pem, "the trust file")).filter(isSelfSigned);
  const read = { anchors, lists: crlPems.flatMap(revocationListsIn) };
  byCrls.set(crlPems, read);
  return read;
}

function isSelfSigned(certificate: Certificate): boolean {
  return certificate.name === certificate.issuerName && certificate.x509.verify(certificate.x509.publicKey);
}

/** Who issued whom, as far as it was asked: it never changes, and each answer costs a check of a signature. */
const knownIssuers = new WeakMap<Certificate, WeakMap<Certificate, boolean>>();

function issued(issuer: Certificate, certificate: Certificate): boolean {
  const answers = knownIssuers.get(certificate) ?? new WeakMap<Certificate, boolean>();
  knownIssuers.set(certificate, answers);
  const answer =
    answers.get(issuer) ??
    (issuer.name === certificate.issuerName &&
      certificate.x509.checkIssued(issuer.x509) &&
      certificate.x509.verify(issuer.x509.publicKey));
  answers.set(issuer, answer);
  return answer;
}

function checkOne(certificate: Certificate, depth: number, atEpochMs: number | null): void {
  const { notBeforeEpochMs, notAfterEpochMs, unknownCritical } = certificate;
  if (atEpochMs !== null && atEpochMs < notBeforeEpochMs)
    throw refused(certificate, "not-yet-valid", `it is valid from ${iso(notBeforeEpochMs)}`);
  if (atEpochMs !== null && atEpochMs > notAfterEpochMs)
    throw refused(certificate, "expired", `it expired on ${iso(notAfterEpochMs)}`);
  if (unknownCritical.length > 0)
    throw refused(
      certificate,
      "unknown-extension",
      `its critical extension ${unknownCritical[0]} is unknown`,
    );
  if (depth === 0) return;
  if (!certificate.isAuthority || !certificate.allows(keyUsage.keyCertSign))
    throw refused(certificate, "not-an-authority", "it may not issue certificates");
  if (depth - 1 > certificate.maxPathLength)
    throw refused(certificate, "path-length", "too many authorities stand below it");
}

function checkRevocation(
  certificate: Certificate,
  issuer: Certificate,
  lists: readonly RevocationList[],
  atEpochMs: number | null,
): void {
  const signed = lists.filter((list) => list.isSignedBy(issuer));
  if (signed.some((list) => list.revokes(certificate)))
    throw refused(certificate, "revoked", `${issuer.subject} has revoked it`);
  if (signed.length === 0)
    throw refused(certificate, "no-crl", `no revocation list of ${issuer.subject} is at hand`);
  if (atEpochMs === null) return;
  if (!signed.some((list) => list.nextUpdateEpochMs === null || list.nextUpdateEpochMs >= atEpochMs))
    throw refused(certificate, "stale-crl", `the revocation list of ${issuer.subject} is out of date`);
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function refused(certificate: Certificate, reason: string, detail: string): TaplineError {
  return new TaplineError("unauthenticated", `${certificate.subject} is not trusted: ${detail}`, {
    remedy: "Check the trust file (root certificate and revocation lists) and the time of the check.",
    facts: { reason, subject: certificate.subject },
  });
}
