import { join } from "node:path";
import { archiveSettings, certificateSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";

/** Certificates that the installation relies on; what is not set is taken from the private folder, as `npm start` has it. */
export async function certificateFiles(): Promise<ReturnType<typeof certificateSettings>> {
  const settings = certificateSettings();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  if (dataDir === undefined) return settings;
  const pki = (name: string): string => join(dataDir, "pki", name);
  return {
    ...settings,
    TAPLINE_TRUST: settings.TAPLINE_TRUST ?? pki("trust.pem"),
    TAPLINE_SIGNER_CERT: settings.TAPLINE_SIGNER_CERT ?? pki("signer.crt"),
    TAPLINE_SIGNER_CHAIN: settings.TAPLINE_SIGNER_CHAIN ?? [pki("intermediate.crt")],
    TAPLINE_INGEST_CERT: settings.TAPLINE_INGEST_CERT ?? pki("server.crt"),
    TAPLINE_AGENT_AUTHORITY_CERT: settings.TAPLINE_AGENT_AUTHORITY_CERT ?? pki("agents.crt"),
  };
}
