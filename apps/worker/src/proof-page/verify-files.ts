import {
  checkErasure,
  isErasure,
  notProvenText,
  ProofError,
  parseVerifierKeys,
  provenErasureText,
} from "@tapline/core/audit";
import { verifySignature } from "@tapline/core/encryption";
import { messageOf } from "@tapline/core/kernel";
import { checkPacket, checkTapProof, parseTapProof, provenTapText } from "@tapline/core/transfer";
import type { Given, Verdict } from "./dom/verdict.ts";

/** A log's certificate is proven by the log's key alone. */
export const needsTrust = (proof: string): boolean => !isErasure(proof);

/** What `tapline verify` says of the same files, in the same words. */
export function verifyFiles({ proof, trust, keys, packet }: Given): Verdict {
  try {
    const known = parseVerifierKeys(keys);
    if (isErasure(proof)) return { is: "proven", text: provenErasureText(checkErasure(proof, known)) };
    const pems = [trust];
    const proven = checkTapProof(parseTapProof(proof), {
      verifySignature: (p7s) => verifySignature(p7s, { rootPems: pems, crlPems: pems }),
      keys: known,
    });
    if (packet !== null) checkPacket(packet, proven);
    return { is: "proven", text: provenTapText(proven, packet !== null) };
  } catch (error) {
    if (error instanceof ProofError) return { is: error.fault, text: notProvenText(error) };
    return { is: "unchecked", text: `It could not be checked: ${messageOf(error)}\n` };
  }
}
