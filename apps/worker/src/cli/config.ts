/** The stores as the environment names them; both may be absent. */
export function storeSettings() {
  const { DATABASE_URL, REDIS_URL } = process.env;
  return { databaseUrl: DATABASE_URL || undefined, redisUrl: REDIS_URL || undefined };
}

/** The trace that whoever runs the command is in, a `traceparent` of W3C Trace Context; may be absent. */
export function traceSetting(): string | undefined {
  return process.env.TRACEPARENT || undefined;
}

/** The buffer's ceiling as the workers have it, MiB; undefined = their default. */
export function ceilingSetting(): string | undefined {
  return process.env.TAPLINE_BUFFER_MAX_MIB || undefined;
}

/** Whether taps lie in Redis sealed, as the workers have it; undefined = their default. */
export function bufferSealSetting(): string | undefined {
  return process.env.TAPLINE_BUFFER_SEAL || undefined;
}

/** Credits of agents as the doors have them; undefined = their defaults. */
export function creditSettings() {
  const { TAPLINE_AGENT_TAPS_PER_SECOND, TAPLINE_CREDIT_WINDOW_TAPS } = process.env;
  return {
    tapsPerSecond: TAPLINE_AGENT_TAPS_PER_SECOND || undefined,
    windowTaps: TAPLINE_CREDIT_WINDOW_TAPS || undefined,
  };
}

/** The socket of what runs the services, as the workers have it; undefined = that of the data folder. */
export function actuatorSetting(): string | undefined {
  return process.env.TAPLINE_ACTUATOR_SOCKET || undefined;
}

/** The cluster to look at, and who scrapes its proxies; both may be absent. */
export function clusterSettings() {
  const { KUBECONFIG, PROMETHEUS_URL } = process.env;
  return { kubeconfig: KUBECONFIG || undefined, prometheus: PROMETHEUS_URL || undefined };
}

/** Files of the process keys, by the worker's own settings; both may be absent. */
export function processKeySettings() {
  const { TAPLINE_PROCESS_KEY, TAPLINE_PROCESS_KEY_PREVIOUS } = process.env;
  return { present: TAPLINE_PROCESS_KEY || undefined, previous: TAPLINE_PROCESS_KEY_PREVIOUS || undefined };
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

/** Who signs the audit log, by the worker's own settings; both may be absent. */
export function auditKeySettings() {
  const { TAPLINE_AUDIT_KEY, TAPLINE_AUDIT_ORIGIN } = process.env;
  return { key: TAPLINE_AUDIT_KEY || undefined, origin: TAPLINE_AUDIT_ORIGIN || undefined };
}

/** Where commands that read the archive find it; all may be absent. */
export function archiveSettings() {
  const { TAPLINE_DATA_DIR, TAPLINE_ARCHIVE_URL, TAPLINE_ARCHIVE_HOST_KEY, TAPLINE_ARCHIVE_KEY } =
    process.env;
  const { TAPLINE_ARCHIVES } = process.env;
  return {
    dataDir: TAPLINE_DATA_DIR || undefined,
    planFile: TAPLINE_ARCHIVES || undefined,
    url: TAPLINE_ARCHIVE_URL || undefined,
    hostKeyPin: TAPLINE_ARCHIVE_HOST_KEY || undefined,
    keyFile: TAPLINE_ARCHIVE_KEY || undefined,
  };
}

/** The root certificate that tokens name; may be absent. */
export function enrolmentSettings() {
  const { TAPLINE_INGEST_ROOT } = process.env;
  return { rootFile: TAPLINE_INGEST_ROOT || undefined };
}

/** Certificates that the installation relies on, by the worker's own settings; all may be absent. */
export function certificateSettings() {
  const { TAPLINE_TRUST, TAPLINE_SIGNER_CERT, TAPLINE_INGEST_CERT, TAPLINE_AGENT_AUTHORITY_CERT } =
    process.env;
  return {
    TAPLINE_TRUST: TAPLINE_TRUST || undefined,
    TAPLINE_SIGNER_CERT: TAPLINE_SIGNER_CERT || undefined,
    TAPLINE_SIGNER_CHAIN: signerSettings().chain,
    TAPLINE_INGEST_CERT: TAPLINE_INGEST_CERT || undefined,
    TAPLINE_AGENT_AUTHORITY_CERT: TAPLINE_AGENT_AUTHORITY_CERT || undefined,
    TAPLINE_RECIPIENT_PINS: (process.env.TAPLINE_RECIPIENT_PINS ?? "").split(",").filter((pin) => pin !== ""),
  };
}
