export { generateSshKeyPair, hostKeyPin, type SshKeyPair } from "./generate-ssh-key-pair.ts";
export { type ArchiveServer, type ArchiveServerOptions, startArchiveServer } from "./start-archive-server.ts";
