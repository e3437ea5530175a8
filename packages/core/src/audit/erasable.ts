import { canonicalJson, type RandomBytes, sha256 } from "../kernel/index.ts";
import type { AuditEntry } from "./entry.ts";

/** Fields in which people write what they like, and which can therefore be erased. */
export const erasableFields = ["reason"] as const;
export type ErasableField = (typeof erasableFields)[number];

/** What is kept beside the log: without the salt nobody can tell, even by trying, what was committed to. */
export type Erasable = {
  readonly field: ErasableField;
  readonly value: string;
  /** 32 random bytes. */
  readonly salt: Buffer;
};

const saltBytes = 32;

/** SHA-256(salt · {"<field>":"<value>"} in RFC 8785), 32 bytes. */
export function commitmentTo({ field, value, salt }: Erasable): Buffer {
  return sha256(salt, canonicalJson({ [field]: value }));
}

/**
 * An entry as it goes into the log, and what is kept beside it: the reason of an operator. Whoever else acts gives reasons of ours,
 * which say nothing of a person.
 */
export function apart(
  entry: AuditEntry,
  randomBytes: RandomBytes,
): { readonly entry: AuditEntry; readonly erasable: readonly Erasable[] } {
  const { reason: value, actor } = entry;
  if (entry.version === 1 || value === null || value === "" || actor.kind !== "operator")
    return { entry, erasable: [] };
  const erasable = { field: "reason", value, salt: Buffer.from(randomBytes(saltBytes)) } as const;
  const commitments = { reason: commitmentTo(erasable).toString("hex") };
  return { entry: { ...entry, reason: null, commitments }, erasable: [erasable] };
}

/** An entry as it is read: with what is kept beside it, and when that was erased. */
export type ShownEntry = AuditEntry & { readonly erased?: Readonly<Partial<Record<ErasableField, number>>> };

/** What is kept of a field of an entry; `value` and `salt` are null once it is erased. */
export type KeptField = {
  readonly value: string | null;
  readonly salt: Uint8Array | null;
  readonly erasedAtEpochMs: number | null;
};

/**
 * The entry with its reason, or with when that was erased; null = none was kept beside it. Whoever may record may put words beside
 * the entries of others: what the entry did not commit to is none of it.
 */
export function together(entry: AuditEntry, reason: KeptField | null): ShownEntry {
  const committed = entry.version === 1 ? undefined : entry.commitments?.reason;
  if (reason === null || committed === undefined) return entry;
  const { value, salt, erasedAtEpochMs } = reason;
  if (erasedAtEpochMs !== null) return { ...entry, erased: { reason: erasedAtEpochMs } };
  if (value === null || salt === null) return entry;
  const kept = commitmentTo({ field: "reason", value, salt: Buffer.from(salt) });
  return kept.toString("hex") === committed ? { ...entry, reason: value } : entry;
}
