import { z } from "zod";

const schema = z.object({
  /** The archive's root folder. */
  TAPLINE_ARCHIVE_DIR: z.string().min(1),
  /** Path of the server's private key, OpenSSH form. */
  TAPLINE_ARCHIVE_HOST_KEY_FILE: z.string().min(1),
  /** Path of the client's public key, a line as in authorized_keys; of a private key the public half counts. */
  TAPLINE_ARCHIVE_CLIENT_KEY_FILE: z.string().min(1),
  /** 0 takes any free port. */
  TAPLINE_ARCHIVE_PORT: z.coerce.number().int().min(0).max(65_535).default(0),
});

export interface ArchiveServerConfig {
  readonly dir: string;
  readonly hostKeyFile: string;
  readonly clientKeyFile: string;
  readonly port: number;
}

/** @throws ZodError naming the variables that are missing or wrong */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): ArchiveServerConfig {
  const read = schema.parse(environment);
  return {
    dir: read.TAPLINE_ARCHIVE_DIR,
    hostKeyFile: read.TAPLINE_ARCHIVE_HOST_KEY_FILE,
    clientKeyFile: read.TAPLINE_ARCHIVE_CLIENT_KEY_FILE,
    port: read.TAPLINE_ARCHIVE_PORT,
  };
}
