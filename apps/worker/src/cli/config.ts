import { TaplineError } from "@tapline/core/kernel";

/** DATABASE_URL, which commands that change the installation need. @throws TaplineError `misconfigured` */
export function databaseUrl(): string {
  const url = process.env.DATABASE_URL;
  if (url === undefined || url === "")
    throw new TaplineError("misconfigured", "DATABASE_URL is not set", {
      remedy: "set it to the PostgreSQL of the installation: postgresql://user:password@host:port/database",
    });
  return url;
}

/** Who signs manifests and statements, by the worker's own settings; all may be absent. */
export function signerSettings() {
  const { TAPLINE_SIGNER_CERT, TAPLINE_SIGNER_KEY, TAPLINE_SIGNER_CHAIN } = process.env;
  const chain = TAPLINE_SIGNER_CHAIN?.split(",").map((path) => path.trim());
  return {
    cert: TAPLINE_SIGNER_CERT || undefined,
    key: TAPLINE_SIGNER_KEY || undefined,
    chain: chain?.filter((path) => path !== ""),
  };
}

/** Where commands that read the archive find it; all may be absent. */
export function archiveSettings() {
  const { TAPLINE_DATA_DIR, TAPLINE_ARCHIVE_URL, TAPLINE_ARCHIVE_HOST_KEY, TAPLINE_ARCHIVE_KEY } =
    process.env;
  return {
    dataDir: TAPLINE_DATA_DIR || undefined,
    url: TAPLINE_ARCHIVE_URL || undefined,
    hostKeyPin: TAPLINE_ARCHIVE_HOST_KEY || undefined,
    keyFile: TAPLINE_ARCHIVE_KEY || undefined,
  };
}

/** What commands about agents use; both may be absent. */
export function enrolmentSettings() {
  const { REDIS_URL, TAPLINE_INGEST_ROOT } = process.env;
  return { redisUrl: REDIS_URL || undefined, rootFile: TAPLINE_INGEST_ROOT || undefined };
}
