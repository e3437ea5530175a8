export {
  type AgentCertificate,
  agentUri,
  certifyAgent,
  openAgentsAuthority,
} from "./agents-authority.ts";
export { pemBlocks } from "./certificate.ts";
export { requestCertificate, verifyRequest } from "./certificate-request.ts";
export { daysLeft, type Ending, endingsIn, warnDays, warningOf } from "./endings.ts";
export { type Authority, type Issued, issueAuthority, issueCrl, issueLeaf } from "./issue.ts";
export {
  type HierarchyFile,
  type HierarchyRequest,
  issueAgentsFiles,
  issueHierarchy,
} from "./issue-hierarchy.ts";
export {
  type KeyChange,
  type KeyVerb,
  keyChangeSchema,
  keyVerbs,
  needsTwoPersons,
  type RingStep,
  ringDigest,
  rotationTo,
  standOf,
  stateChange,
  stepOf,
} from "./key-change.ts";
export {
  type ArchiveShare,
  effectOf,
  extentOf,
  isUsable,
  type KeyEffect,
  keyName,
  sayWithout,
  shortKeyId,
  takenOut,
  type WithoutKeys,
} from "./key-effect.ts";
export { type KeyRack, keyRack, recipientsAmong } from "./key-rack.ts";
export {
  changeRing,
  judgeRing,
  type KeyRole,
  type KeyState,
  keyRoles,
  keyStates,
  type RingKey,
  type RingTrust,
  type RingVerdict,
  readRingKey,
  validFromEpochMs,
} from "./key-ring.ts";
export { certificateText, type OfferedCertificate, readOffered } from "./offered-certificate.ts";
export { openAuthority } from "./open-authority.ts";
export { openEnvelope } from "./open-envelope.ts";
export { type ObjectSource, openStream } from "./open-stream.ts";
export { type Recipient, readRecipient } from "./recipient.ts";
export type { RecipientKey } from "./recipient-key.ts";
export { type RewrapHead, rewrapEnvelope } from "./rewrap-envelope.ts";
export { type RingReading, readingHoldsMs, ringReadingSchema } from "./ring-reading.ts";
export {
  EnvelopeWriter,
  maxEnvelopeBytes,
  maxRecipients,
  type SealedObject,
  sealEnvelope,
} from "./seal-envelope.ts";
export { type Signer, signDetached } from "./sign-detached.ts";
export type { Trust } from "./verify-chain.ts";
export {
  type SignatureFacts,
  type SignerFacts,
  type TrustWhenSigned,
  verifyDetached,
  verifySignature,
} from "./verify-detached.ts";
