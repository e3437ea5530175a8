import type { RejectReason } from "@tapline/core/tap";
import * as strings from "../strings/generated/client/reason-labels.ts";

/** Why validation refused a tap, in words. */
export const reasonLabels: Record<RejectReason, string> = {
  "malformed-ndef": strings.ndefMalformed,
  "malformed-cose": strings.coseMalformed,
  "malformed-cbor": strings.cborMalformed,
  schema: strings.fieldsNotAsAgreed,
  unsigned: strings.notSigned,
  "unknown-tracker": strings.trackerUnknown,
  "revoked-tracker": strings.trackerRevoked,
  "bad-signature": strings.signatureWrong,
  implausible: strings.valuesImplausible,
  "time-skew": strings.timeOutOfRange,
  equivocation: strings.contradictsAnEarlierTap,
  rate: strings.tooManyFromOneTracker,
};

/** The same of a reason that was read: one that this version does not know stands as it is. */
export const reasonWords = (reason: string): string =>
  (reasonLabels as Readonly<Record<string, string>>)[reason] ?? reason;
