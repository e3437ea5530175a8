import { verify } from "node:crypto";
import { sha256, TaplineError } from "../kernel/index.ts";
import { type Certificate, keptCertificate, keyUsage } from "./certificate.ts";
import { algorithms, oids } from "./oids.ts";
import { corrupt, DerReader } from "./read-der.ts";
import { type SignedFacts, signedAttributes } from "./sign-detached.ts";
import { type Trust, verifyChain } from "./verify-chain.ts";
import { contextTag, encode, primitiveContextTag, smallInteger, tags } from "./write-der.ts";

/** Who signed, and when by their own word. */
export interface SignerFacts {
  readonly subject: string;
  readonly certSha256: string;
  readonly serialHex: string;
  /** signingTime, ms since 1970: what the signer says, not a trusted time. */
  readonly signedAtEpochMs: number;
}

interface SignerInfo {
  readonly ski: string;
  /** Contents of the signed attributes, without their tag. */
  readonly attributes: Buffer;
  readonly signature: Buffer;
}

const what = "the signature";
const maxSignatureBytes = 64 * 1024;
const maxCertificates = 6;

/** What a signature by itself says, with who vouches for it. */
export interface SignatureFacts extends SignerFacts, SignedFacts {}

/**
 * Verifies what `signDetached` wrote: strict DER, the digest of `content`, the signature, and the signer's chain
 * with revocation lists. Every certificate in the file must stand in that chain, so no byte goes unchecked.
 * @throws TaplineError `corrupt` where the signature was changed, or the content (facts.changed = "content");
 * `unauthenticated` where the signer is not trusted (facts.reason)
 */
export function verifyDetached(content: Uint8Array, p7s: Uint8Array, trust: Trust): SignatureFacts {
  return verified(p7s, trust, sha256(content));
}

/** As `Trust`; without a time, certificates must have been valid when the signature was made by its own word. */
export type TrustWhenSigned = Omit<Trust, "atEpochMs"> & Partial<Pick<Trust, "atEpochMs">>;

/**
 * As `verifyDetached`, for who has not the content: tells its digest.
 * @throws as `verifyDetached`
 */
export function verifySignature(p7s: Uint8Array, trust: TrustWhenSigned): SignatureFacts {
  return verified(p7s, trust, null);
}

function verified(p7s: Uint8Array, trust: TrustWhenSigned, contentDigest: Buffer | null): SignatureFacts {
  if (p7s.length > maxSignatureBytes) throw corrupt(what, `it is larger than ${maxSignatureBytes} bytes`);
  const { certificates, signer } = readSignedData(p7s);
  const leaf = certificates.find(({ ski }) => ski === signer.ski);
  if (leaf === undefined) throw corrupt(what, "it does not hold its signer's certificate");
  const signed = encode(tags.set, signer.attributes);
  if (
    !leaf.allows(keyUsage.digitalSignature) ||
    !verify("sha256", signed, leaf.x509.publicKey, signer.signature)
  )
    throw corrupt(what, `it was not made with the key of ${leaf.subject}`);
  const facts = readAttributes(signer.attributes);
  // The attributes are the signer's own, so what differs from them is the content.
  if (contentDigest !== null && !contentDigest.equals(facts.digest))
    throw new TaplineError("corrupt", "the content is not the one that was signed", {
      remedy: "Restore it from a copy of the archive.",
      facts: { changed: "content" },
    });
  const path = verifyChain(leaf, certificates, { atEpochMs: facts.signedAtEpochMs, ...trust });
  // The door's own certificate stands below the same root.
  if (!leaf.mayVouch)
    throw new TaplineError("unauthenticated", `${leaf.subject} is for other uses than signing content`, {
      remedy: "Whoever holds its key may have forged this: look at who has it, and compare with the index.",
      facts: { reason: "purpose", subject: leaf.subject },
    });
  if (!certificates.every((certificate) => path.includes(certificate)))
    throw corrupt(what, "it holds a certificate that is not of the signer's chain");
  return { subject: leaf.subject, certSha256: leaf.sha256, serialHex: leaf.serialHex, ...facts };
}

function readSignedData(p7s: Uint8Array): { certificates: Certificate[]; signer: SignerInfo } {
  const file = new DerReader(p7s, what);
  const contentInfo = file.inside(tags.sequence);
  file.end();
  contentInfo.expect(oids.signedData, "its content type");
  const explicit = contentInfo.inside(contextTag(0));
  contentInfo.end();
  const signedData = explicit.inside(tags.sequence);
  explicit.end();
  signedData.expect(smallInteger(3), "its version");
  signedData.expect(encode(tags.set, algorithms.sha256), "its digest");
  signedData.expect(encode(tags.sequence, oids.data), "its inner content type");
  const certificates = readCertificates(signedData.inside(contextTag(0)));
  const signers = signedData.inside(tags.set);
  signedData.end();
  const signer = readSignerInfo(signers.inside(tags.sequence));
  signers.end();
  return { certificates, signer };
}

function readCertificates(set: DerReader): Certificate[] {
  const found: Buffer[] = [];
  while (!set.done) {
    const der = set.whole(tags.sequence);
    const previous = found.at(-1);
    if (previous !== undefined && Buffer.compare(previous, der) >= 0)
      throw set.fail("its certificates are out of order");
    found.push(der);
    if (found.length > maxCertificates) throw set.fail(`it holds more than ${maxCertificates} certificates`);
  }
  return found.map((der) => {
    try {
      return keptCertificate(der);
    } catch (cause) {
      throw set.fail("it holds an unreadable certificate", cause);
    }
  });
}

function readSignerInfo(info: DerReader): SignerInfo {
  info.expect(smallInteger(3), "the signer's version");
  const ski = info.contents(primitiveContextTag(0)).toString("hex");
  info.expect(algorithms.sha256, "the signer's digest");
  const attributes = info.contents(contextTag(0));
  info.expect(algorithms.ecdsaWithSha256, "the signature's algorithm");
  const signature = info.contents(tags.octetString);
  info.end();
  return { ski, attributes, signature };
}

/** The signed attributes, which must be in the form that `signedAttributes` gives them. */
function readAttributes(attributes: Buffer): SignedFacts {
  const reader = new DerReader(attributes, what);
  let [digest, signedAtEpochMs, treeHead]: [Buffer | null, number | null, Buffer | null] = [null, null, null];
  while (!reader.done) {
    const attribute = reader.inside(tags.sequence);
    const type = attribute.whole(tags.oid);
    const value = attribute.inside(tags.set);
    if (type.equals(oids.messageDigest)) digest = value.contents(tags.octetString);
    else if (type.equals(oids.signingTime)) signedAtEpochMs = readTime(value);
    else if (type.equals(oids.treeHead)) treeHead = value.contents(tags.octetString);
  }
  if (digest === null) throw reader.fail("it has no digest");
  if (signedAtEpochMs === null) throw reader.fail("it has no signing time");
  const facts = { digest, signedAtEpochMs, treeHead };
  const expected = signedAttributes(facts).sort(Buffer.compare);
  if (!Buffer.concat(expected).equals(attributes))
    throw reader.fail("its attributes are not those of a signature of ours");
  return facts;
}

/** ms since 1970. */
function readTime(value: DerReader): number {
  const general = value.peek() === tags.generalizedTime;
  const text = value.contents(general ? tags.generalizedTime : tags.utcTime).toString("latin1");
  const century = general ? "" : Number(text.slice(0, 2)) < 50 ? "20" : "19";
  const iso = `${century}${text}`.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const epochMs = Date.parse(iso);
  if (Number.isNaN(epochMs)) throw value.fail("its signing time is no time");
  return epochMs;
}
