export { checkArchivePath } from "./archive-path.ts";
export {
  type ArchivePlan,
  type ArchivePlanTarget,
  type ArchiveRule,
  archivePlanSchema,
  archiveRule,
  enoughToLevel,
  readArchivePlan,
  repinned,
  wantedTargets,
} from "./archive-plan.ts";
export { type ArchiveEntry, type ArchiveReader, archivedDays, archivedSegments } from "./archive-reader.ts";
export { type ArchiveRecord, archiveRecord, archiveRecordSchema, rawOf } from "./archive-record.ts";
export {
  type Bandwidth,
  type BandwidthUse,
  bandwidthAt,
  bandwidthSchema,
  takeBandwidth,
} from "./bandwidth.ts";
export {
  type Circuit,
  type CircuitLimits,
  closedCircuit,
  failCircuit,
  tryCircuit,
} from "./circuit.ts";
export { type DayListing, type FoundFiles, isWhole, listDay, missingFile } from "./day-listing.ts";
export { type EndKind, type KnownEnd, type Tally, tallyEnds } from "./ends.ts";
export { firstOf } from "./first-of.ts";
export {
  buildStatement,
  type GapStatement,
  gapStatementSchema,
  readStatement,
  statementPaths,
} from "./gap-statement.ts";
export { type GapChange, type OpenGap, reconcileGaps } from "./gaps.ts";
export {
  type BufferedTaps,
  gatherTaps,
  type HeldBy,
  type Told,
  type UnheldTaps,
  unheldTaps,
  unheldWords,
  usualHeardWithinMs,
  withoutEnded,
} from "./held-taps.ts";
export { type HeldSegment, type Hold, type HoldKind, holdKinds, holdOn } from "./holds.ts";
export { LineWriter } from "./line-writer.ts";
export {
  type BuiltManifest,
  buildManifest,
  checkObject,
  type Manifest,
  type ManifestFacts,
  manifestSchema,
  maxPlainBytes,
  readManifest,
  runsOf,
  treeHeadOf,
} from "./manifest.ts";
export {
  dayOfSegment,
  mainTarget,
  type ObjectPaths,
  objectPaths,
  quarantineFolder,
  segmentIdSchema,
  segmentOfFile,
  segmentOfManifest,
} from "./object-paths.ts";
export { isProofCode, proofCodes } from "./proof-codes.ts";
export { proofSlip, type SlipForm, type SlipWords, slipForms } from "./proof-slip.ts";
export { countOf, intersect, merge, type SeqRange, subtract } from "./ranges.ts";
export { type RestorePaths, restoreCommand } from "./restore-command.ts";
export {
  buildRewrap,
  checkHead,
  joinRewrap,
  type Rewrap,
  type RewrapPaths,
  readRewrap,
  rewrapOfFile,
  rewrapPaths,
  rewrapSchema,
} from "./rewrap.ts";
export {
  type AgentRun,
  type AgentTapName,
  agentRunCount,
  agentRuns,
  type DuplicateRun,
  duplicateRuns,
  indexedDigestBytes,
  maxAgentRunSpan,
  type SegmentMember,
  type TapRun,
  tapRuns,
} from "./runs.ts";
export { checkContents, recordsIn, type SegmentContents } from "./segment-contents.ts";
export {
  buildSiteStatement,
  defaultSite,
  readSiteStatement,
  type SiteStatement,
  siteSchema,
  siteStatementPaths,
  siteStatementSchema,
} from "./site-statement.ts";
export {
  checkPacket,
  checkTapProof,
  formatTapProof,
  type ManifestSignature,
  type ProvenTap,
  parseTapProof,
} from "./tap-proof.ts";
export { type TapProof, tapProofSchema } from "./tap-proof-form.ts";
export { provenTapText } from "./tap-proof-text.ts";
export { type LeafRun, type TapLeaf, tapLeafHash, tapLeafHashes, tapsRoot, treeHead } from "./taps-tree.ts";
