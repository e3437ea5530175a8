import { hasCode } from "../kernel/index.ts";
import { readRecipient } from "./recipient.ts";
import { checkPair, type RecipientKey } from "./recipient-key.ts";

/** Keys at hand, by SubjectKeyIdentifier (hexadecimal), by which objects and their manifests name recipients. */
export type KeyRack<Key = RecipientKey> = ReadonlyMap<string, Key>;

/** @throws TaplineError `misconfigured` where a certificate is no recipient's, or a key does not belong to it */
export function keyRack(pairs: readonly RecipientKey[]): KeyRack {
  return new Map(pairs.map((pair) => [checkPair(pair).ski, pair]));
}

/**
 * Which certificates are a recipient's: a folder of keys holds others, too, such as a signer's or an authority's.
 * @param certificates PEM by any name
 * @returns names by SubjectKeyIdentifier; of two certificates for one key the first
 */
export function recipientsAmong(certificates: Readonly<Record<string, string>>): KeyRack<string> {
  const found = new Map<string, string>();
  for (const [name, pem] of Object.entries(certificates))
    try {
      const { ski } = readRecipient(pem);
      if (!found.has(ski)) found.set(ski, name);
    } catch (error) {
      if (!hasCode(error, "misconfigured") && !hasCode(error, "corrupt")) throw error;
    }
  return found;
}
