export { ArchiveSet, type ArchiveTarget, nonEmpty, type SegmentFiles } from "./archive-set.ts";
export { DirectoryArchive } from "./directory-archive.ts";
export { offeredHostKey } from "./offered-host-key.ts";
export { readerOfSeveral } from "./read-from-several.ts";
export { type ArchiveFile, SftpArchive } from "./sftp-archive.ts";
export type { SftpHooks, SftpSettings, UploadSteps } from "./sftp-settings.ts";
