import type { RejectReason } from "@tapline/core/tap";

/** Why validation refused a tap, in words. */
export const reasonLabels: Record<RejectReason, string> = {
  "malformed-ndef": "NDEF malformed",
  "malformed-cose": "COSE malformed",
  "malformed-cbor": "CBOR malformed",
  schema: "Fields not as agreed",
  unsigned: "Not signed",
  "unknown-tracker": "Tracker unknown",
  "revoked-tracker": "Tracker revoked",
  "bad-signature": "Signature wrong",
  implausible: "Values implausible",
  "time-skew": "Time out of range",
  equivocation: "Contradicts an earlier tap",
  rate: "Too many from one tracker",
};

/** The same of a reason that was read: one that this version does not know stands as it is. */
export const reasonWords = (reason: string): string =>
  (reasonLabels as Readonly<Record<string, string>>)[reason] ?? reason;
