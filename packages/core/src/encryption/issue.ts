import "reflect-metadata";
import { KeyObject, randomBytes } from "node:crypto";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  type Name,
  X509Certificate as ParsedCertificate,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  type X509Certificate,
  X509CertificateGenerator,
  X509CrlGenerator,
} from "@peculiar/x509";
import type { WebKey } from "./certificate.ts";

/** A certificate and its private key, PEM. */
export interface Issued {
  readonly certPem: string;
  readonly keyPem: string;
}

/** An authority that can issue. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly privateKey: WebKey;
}

export interface IssueTimes {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

interface Subject {
  readonly commonName: string;
  readonly organisation: string;
}

export interface LeafRequest extends Subject {
  readonly issuer: Authority;
  /** `workload`: it serves and calls, as each process of a mesh does. */
  readonly use: "keyAgreement" | "signature" | "server" | "client" | "workload";
  readonly hosts?: readonly string[];
  readonly uri?: string;
}

const authorityAlgorithm = { name: "ECDSA", hash: "SHA-384", namedCurve: "P-384" };
const leafAlgorithm = { name: "ECDSA", hash: "SHA-256", namedCurve: "P-256" };

/** A root where `issuer` is absent, else an authority below it. */
export async function issueAuthority(
  subject: Subject & { readonly pathLength: number; readonly issuer?: Authority },
  times: IssueTimes,
): Promise<Authority & Issued> {
  const keys = await crypto.subtle.generateKey(authorityAlgorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    ...common(subject, times, subject.issuer?.certificate.subjectName ?? name(subject)),
    publicKey: keys.publicKey,
    signingKey: subject.issuer?.privateKey ?? keys.privateKey,
    signingAlgorithm: signingAlgorithm(subject.issuer?.privateKey ?? keys.privateKey),
    extensions: [
      new BasicConstraintsExtension(true, subject.pathLength, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ...(await keyIdentifiers(keys.publicKey, subject.issuer?.certificate)),
    ],
  });
  return { ...pems(certificate, keys.privateKey), certificate, privateKey: keys.privateKey };
}

/** A P-256 certificate for one use, and its new key. */
export async function issueLeaf(request: LeafRequest, times: IssueTimes): Promise<Issued> {
  const keys = await crypto.subtle.generateKey(leafAlgorithm, true, ["sign", "verify"]);
  return pems(await certifyKey(keys.publicKey, request, times), keys.privateKey);
}

/** A certificate for a key whose other half may be somebody else's. */
export async function certifyKey(
  publicKey: WebKey,
  request: LeafRequest,
  times: IssueTimes,
): Promise<X509Certificate> {
  const { issuer, use } = request;
  const usage = use === "keyAgreement" ? KeyUsageFlags.keyAgreement : KeyUsageFlags.digitalSignature;
  return await X509CertificateGenerator.create({
    ...common(request, times, issuer.certificate.subjectName),
    publicKey,
    signingKey: issuer.privateKey,
    signingAlgorithm: signingAlgorithm(issuer.privateKey),
    // No basicConstraints: who has none is no authority (RFC 5280 §4.2.1.9), and each proof of a tap carries its signer's.
    extensions: [
      new KeyUsagesExtension(usage, true),
      ...(await keyIdentifiers(publicKey, issuer.certificate)),
      ...purpose(request),
    ],
  });
}

/** A revocation list of `issuer` that names the certificates `revoked` (PEM with the label that OpenSSL reads). */
export async function issueCrl(
  issuer: Authority,
  times: IssueTimes,
  revoked: readonly string[] = [],
): Promise<string> {
  const crl = await X509CrlGenerator.create({
    issuer: issuer.certificate.subjectName,
    thisUpdate: times.notBefore,
    entries: revoked.map((pem) => ({
      serialNumber: new ParsedCertificate(pem).serialNumber,
      revocationDate: times.notBefore,
    })),
    nextUpdate: times.notAfter,
    signingAlgorithm: signingAlgorithm(issuer.privateKey),
    signingKey: issuer.privateKey,
    extensions: [await issuerIdentifier(issuer.certificate)],
  });
  return `${crl.toString("pem").replace(/(BEGIN|END) CRL/g, "$1 X509 CRL")}\n`;
}

/** ECDSA with the hash that fits the curve (RFC 5758 §3.2). */
function signingAlgorithm({ algorithm }: WebKey) {
  const isP384 = "namedCurve" in algorithm && algorithm.namedCurve === "P-384";
  return isP384 ? authorityAlgorithm : leafAlgorithm;
}

function common(subject: Subject, times: IssueTimes, issuer: Name | JsonName) {
  // 70 bits by chance; at least 64 are asked of public authorities (CA/Browser Forum, Baseline Requirements §7.1).
  const serial = randomBytes(9);
  // Positive and without leading zeros, as RFC 5280 §4.1.2.2 asks of serial numbers.
  serial[0] = 0x40 | ((serial[0] ?? 0) & 0x3f);
  return { serialNumber: serial.toString("hex"), subject: name(subject), issuer, ...times };
}

function name({ commonName, organisation }: Subject): JsonName {
  return [{ O: [organisation] }, { CN: [commonName] }];
}

/** @param issuer absent: the certificate is its own */
async function keyIdentifiers(own: WebKey, issuer?: X509Certificate): Promise<Extension[]> {
  const { keyId } = await SubjectKeyIdentifierExtension.create(own);
  // The short one of RFC 5280 §4.2.1.2 (2): a proof of a tap carries five of them.
  const short = `4${keyId.slice(-15)}`;
  return [
    new SubjectKeyIdentifierExtension(short),
    issuer === undefined ? new AuthorityKeyIdentifierExtension(short) : await issuerIdentifier(issuer),
  ];
}

/** As the issuer's own certificate has it, however that was made (RFC 5280 §4.2.1.1). */
async function issuerIdentifier(issuer: X509Certificate): Promise<Extension> {
  const keyId = issuer.getExtension(SubjectKeyIdentifierExtension)?.keyId;
  return keyId === undefined
    ? await AuthorityKeyIdentifierExtension.create(issuer.publicKey)
    : new AuthorityKeyIdentifierExtension(keyId);
}

function purpose({ use, hosts = [], uri }: LeafRequest): Extension[] {
  const names = [
    ...hosts.map((host) => ({ type: isAddress(host) ? ("ip" as const) : ("dns" as const), value: host })),
    ...(uri === undefined ? [] : [{ type: "url" as const, value: uri }]),
  ];
  const extended = {
    ...{ keyAgreement: [], signature: [] },
    ...{ server: [ExtendedKeyUsage.serverAuth], client: [ExtendedKeyUsage.clientAuth] },
    workload: [ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth],
  }[use];
  return [
    ...(extended.length > 0 ? [new ExtendedKeyUsageExtension(extended)] : []),
    ...(names.length > 0 ? [new SubjectAlternativeNameExtension(names)] : []),
  ];
}

function isAddress(host: string): boolean {
  return host.includes(":") || /^\d+(\.\d+){3}$/.test(host);
}

function pems(certificate: X509Certificate, key: WebKey): Issued {
  return {
    certPem: `${certificate.toString("pem")}\n`,
    keyPem: KeyObject.from(key).export({ format: "pem", type: "pkcs8" }).toString(),
  };
}
