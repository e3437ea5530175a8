import { join } from "node:path";
import { baseEnvironment } from "./config.ts";

/** What the workers of an installation are told; keys and certificates lie in `dir`. */
export function workerEnvironment(
  dir: string,
  at: {
    readonly databaseUrl: string;
    readonly redisUrl: string;
    readonly archivePort: number;
    readonly hostKeyPin: string;
    readonly ingestPort: number;
    readonly streamPort: number;
    readonly unsigned: "accept" | "refuse";
  },
): Record<string, string> {
  const file = (name: string): string => join(dir, name);
  return {
    ...baseEnvironment(),
    NODE_ENV: "production",
    // As with npm start and in the image.
    NODE_COMPILE_CACHE: file("compiled"),
    DATABASE_URL: at.databaseUrl,
    REDIS_URL: at.redisUrl,
    TAPLINE_INGEST_PORT: String(at.ingestPort),
    TAPLINE_STREAM_PORT: String(at.streamPort),
    TAPLINE_INGEST_CERT: file("server.crt"),
    TAPLINE_INGEST_KEY: file("server.key"),
    TAPLINE_AGENT_CA: file("agents-trust.pem"),
    // One certificate stands for 50 clients here, so the bound of a single agent is lifted.
    TAPLINE_AGENT_TAPS_PER_SECOND: "1000000",
    TAPLINE_CREDIT_WINDOW_TAPS: "1000000",
    TAPLINE_AGENT_REFUSED_TAPS_PER_DAY: "1000000000",
    TAPLINE_ARCHIVE_URL: `sftp://tapline@127.0.0.1:${at.archivePort}/`,
    TAPLINE_ARCHIVE_HOST_KEY: at.hostKeyPin,
    TAPLINE_ARCHIVE_KEY: file("ssh_client"),
    TAPLINE_RECIPIENTS: `${file("archive.crt")},${file("escrow.crt")}`,
    TAPLINE_SIGNER_CERT: file("signer.crt"),
    TAPLINE_SIGNER_KEY: file("signer.key"),
    TAPLINE_SIGNER_CHAIN: file("intermediate.crt"),
    TAPLINE_TRUST: file("trust.pem"),
    TAPLINE_AUDIT_KEY: file("log.key"),
    TAPLINE_PROCESS_KEY: file("process.key"),
    TAPLINE_UNSIGNED_TAPS: at.unsigned,
    LOG_LEVEL: "warn",
  };
}
