export { type ArchivedCheckpoint, ArchivedLog, type LogStore } from "./archived-log.ts";
export { isConsistent, rootByInclusion, same } from "./check-merkle.ts";
export { type Checkpoint, formatCheckpoint, parseCheckpoint } from "./checkpoint.ts";
export {
  type AuditEntry,
  archivalActions,
  auditActions,
  auditEntrySchema,
  isArchival,
  type NewAuditEntry,
  readableEntry,
  readEntry,
  sealEntry,
} from "./entry.ts";
export {
  apart,
  commitmentTo,
  type Erasable,
  type ErasableField,
  erasableFields,
  type KeptField,
  type ShownEntry,
  together,
} from "./erasable.ts";
export {
  checkErasure,
  type Erasure,
  formatErasure,
  isErasure,
  type ProvenErasure,
  provenErasureText,
} from "./erasure.ts";
export { checkExport, ExportProver, type Lines, type ProvenExport } from "./export-proof.ts";
export { type ExportForm, exportForms, exportRows } from "./export-rows.ts";
export {
  checkGrowth,
  formatGrowthProof,
  type GrowthProof,
  type ProvenGrowth,
  parseGrowthProof,
} from "./growth-proof.ts";
export { checkpointSize, LogFiles } from "./log-files.ts";
export { type LogSigner, makeLogKey, openLogSigner, type SignedHead } from "./log-signer.ts";
export {
  completeSubtrees,
  consistencyRanges,
  emptyRoot,
  foldSubtrees,
  inclusionProof,
  inclusionRanges,
  type LeafRange,
  leafHash,
  MerkleEdge,
  rootOf,
} from "./merkle.ts";
export { type Deed, type EntryFacts, entryAs, newEntry } from "./new-entry.ts";
export { checkNamed, type NamedFormat, parseNamed } from "./parse-named.ts";
export { forged, notProvenText, ProofError, type ProofFault } from "./proof-error.ts";
export { RefusalCount } from "./refusal-count.ts";
export { seenLines } from "./seen-lines.ts";
export { entriesPerSequence, pauseAfterMs } from "./sequencing.ts";
export { checkProofCheckpoint, readSignedCheckpoint, type SignedCheckpoint } from "./signed-checkpoint.ts";
export {
  checkSignatures,
  cosignNote,
  formatNote,
  formatSignature,
  formatVerifierKey,
  type NoteKey,
  type NoteSignature,
  noteKey,
  parseNote,
  parseSignatures,
  parseVerifierKey,
  parseVerifierKeys,
  rawEd25519,
  type SignatureVerdict,
  type SignedNote,
  signNote,
} from "./signed-note.ts";
export { splitLines } from "./split-lines.ts";
export {
  formatBundle,
  fullRoot,
  parseBundle,
  parseTile,
  type ReadTile,
  rangeRoot,
  subtreeReader,
  type TileName,
  tilePath,
  tilesBetween,
  tileWidth,
  widthAt,
} from "./tiles.ts";
export {
  checkPlace,
  checkTlogProof,
  formatTlogProof,
  parseTlogProof,
  type TlogProof,
} from "./tlog-proof.ts";
export { actingVerbs, verbsOf } from "./verbs.ts";
export { checkpointText, type LogPart, type WalkedLog, walkLog } from "./walk-log.ts";
export {
  formatSubmission,
  judgeSubmission,
  parseSubmission,
  type Submission,
  type WitnessedHead,
  type WitnessVerdict,
} from "./witness.ts";
