import { verify } from "node:crypto";
import { sha256, TaplineError } from "../kernel/index.ts";
import { type Certificate, keptCertificate, keyUsage } from "./certificate.ts";
import { algorithms, oids } from "./oids.ts";
import { corrupt, DerReader } from "./read-der.ts";
import { signedAttributes } from "./sign-detached.ts";
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

/**
 * Verifies what `signDetached` wrote: strict DER, the digest of `content`, the signature, and the signer's chain
 * with revocation lists. Every certificate in the file must stand in that chain, so no byte goes unchecked.
 * @throws TaplineError `corrupt` where the signature was changed, or the content (facts.changed = "content");
 * `unauthenticated` where the signer is not trusted (facts.reason)
 */
export function verifyDetached(content: Uint8Array, p7s: Uint8Array, trust: Trust): SignerFacts {
  if (p7s.length > maxSignatureBytes) throw corrupt(what, `it is larger than ${maxSignatureBytes} bytes`);
  const { certificates, signer } = readSignedData(p7s);
  const leaf = certificates.find(({ ski }) => ski === signer.ski);
  if (leaf === undefined) throw corrupt(what, "it does not hold its signer's certificate");
  const signedAtEpochMs = readSigningTime(signer.attributes);
  const signed = encode(tags.set, signer.attributes);
  if (
    !leaf.allows(keyUsage.digitalSignature) ||
    !verify("sha256", signed, leaf.x509.publicKey, signer.signature)
  )
    throw corrupt(what, `it was not made with the key of ${leaf.subject}`);
  // The attributes are the signer's own, so what differs from them is the content.
  const expected = signedAttributes(sha256(content), signedAtEpochMs).sort(Buffer.compare);
  if (!Buffer.concat(expected).equals(signer.attributes))
    throw new TaplineError("corrupt", "the content is not the one that was signed", {
      remedy: "Restore it from a copy of the archive.",
      facts: { changed: "content" },
    });
  const path = verifyChain(leaf, certificates, trust);
  // The door's own certificate stands below the same root.
  if (!leaf.mayVouch)
    throw new TaplineError("unauthenticated", `${leaf.subject} is for other uses than signing content`, {
      remedy: "Whoever holds its key may have forged this: look at who has it, and compare with the index.",
      facts: { reason: "purpose", subject: leaf.subject },
    });
  if (!certificates.every((certificate) => path.includes(certificate)))
    throw corrupt(what, "it holds a certificate that is not of the signer's chain");
  return { subject: leaf.subject, certSha256: leaf.sha256, serialHex: leaf.serialHex, signedAtEpochMs };
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

/** signingTime among the attributes, ms since 1970; the caller compares all attributes byte by byte afterwards. */
function readSigningTime(attributes: Buffer): number {
  const reader = new DerReader(attributes, what);
  while (!reader.done) {
    const attribute = reader.inside(tags.sequence);
    if (!attribute.whole(tags.oid).equals(oids.signingTime)) continue;
    const value = attribute.inside(tags.set);
    const general = value.peek() === tags.generalizedTime;
    const text = value.contents(general ? tags.generalizedTime : tags.utcTime).toString("latin1");
    const century = general ? "" : Number(text.slice(0, 2)) < 50 ? "20" : "19";
    const iso = `${century}${text}`.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
    const epochMs = Date.parse(iso);
    if (Number.isNaN(epochMs)) throw reader.fail("its signing time is no time");
    return epochMs;
  }
  throw reader.fail("it has no signing time");
}
