export { checkArchivePath } from "./archive-path.ts";
export { type ArchiveEntry, type ArchiveReader, archivedSegments } from "./archive-reader.ts";
export {
  buildManifest,
  checkObject,
  type Manifest,
  type ManifestFacts,
  manifestSchema,
  maxPlainBytes,
  readManifest,
} from "./manifest.ts";
export { type ObjectPaths, objectPaths, segmentIdSchema, segmentOfManifest } from "./object-paths.ts";
export { type RestorePaths, restoreCommand } from "./restore-command.ts";
