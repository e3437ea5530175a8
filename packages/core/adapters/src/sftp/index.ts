export { DirectoryArchive } from "./directory-archive.ts";
export { SftpArchive } from "./sftp-archive.ts";
export type { SftpSettings } from "./sftp-settings.ts";
