export { checkArchivePath } from "./archive-path.ts";
export { type ArchiveEntry, type ArchiveReader, archivedSegments } from "./archive-reader.ts";
export { archiveRecord } from "./archive-record.ts";
export {
  buildManifest,
  checkObject,
  type Manifest,
  type ManifestFacts,
  manifestSchema,
  maxPlainBytes,
  readManifest,
  runsOf,
} from "./manifest.ts";
export {
  type ObjectPaths,
  objectPaths,
  quarantineFolder,
  segmentIdSchema,
  segmentOfManifest,
} from "./object-paths.ts";
export { type RestorePaths, restoreCommand } from "./restore-command.ts";
export {
  type AgentRun,
  agentRuns,
  indexedDigestBytes,
  type SegmentMember,
  type TapRun,
  tapRuns,
} from "./runs.ts";
