import { type LogSigner, openLogSigner, parseVerifierKey } from "@tapline/core/audit";
import {
  type Authority,
  keyRoles,
  openAgentsAuthority,
  type RingKey,
  readRingKey,
  type Signer,
} from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import type { Config } from "./config.ts";
import { need, readSetting } from "./read-setting.ts";
import type { WitnessAt } from "./roles/witness-audit.ts";

/** The keys that TAPLINE_RECIPIENTS names: first the archive's, then the escrow's, then others. */
export async function readNamedKeys(config: Pick<Config, "TAPLINE_RECIPIENTS">): Promise<RingKey[]> {
  const paths = need(config.TAPLINE_RECIPIENTS, "TAPLINE_RECIPIENTS", "encryption");
  return await Promise.all(
    paths.map(async (path, i) =>
      readRingKey(await readSetting(path, "TAPLINE_RECIPIENTS"), keyRoles[i] ?? "other"),
    ),
  );
}

/** Who signs the audit log. */
export async function readLogSigner(
  config: Pick<Config, "TAPLINE_AUDIT_KEY" | "TAPLINE_AUDIT_ORIGIN">,
): Promise<LogSigner> {
  const path = need(config.TAPLINE_AUDIT_KEY, "TAPLINE_AUDIT_KEY", "audit");
  return openLogSigner(await readSetting(path, "TAPLINE_AUDIT_KEY"), config.TAPLINE_AUDIT_ORIGIN);
}

/** The log's witnesses; empty where none are named. @throws TaplineError `misconfigured` naming the line */
export async function readWitnesses(path: string | undefined): Promise<WitnessAt[]> {
  if (path === undefined) return [];
  const lines = (await readSetting(path, "TAPLINE_WITNESSES")).split("\n");
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    const [url = "", key = "", ...rest] = line.trim().split(/\s+/);
    const isUrl = /^https?:\/\/[^/]+(\/.*)?$/.test(url) && URL.canParse(url);
    if (!isUrl || rest.length > 0)
      throw new TaplineError("misconfigured", `line ${i + 1} of ${path} names no witness`, {
        remedy: "write its URL, a space, and the verifier key that it tells at GET /",
      });
    return [{ url: url.endsWith("/") ? url : `${url}/`, key: parseVerifierKey(key) }];
  });
}

export async function readSigner(config: Config): Promise<Signer> {
  const [certPem, keyPem, ...chainPem] = await Promise.all([
    readSetting(need(config.TAPLINE_SIGNER_CERT, "TAPLINE_SIGNER_CERT", "encryption"), "TAPLINE_SIGNER_CERT"),
    readSetting(need(config.TAPLINE_SIGNER_KEY, "TAPLINE_SIGNER_KEY", "encryption"), "TAPLINE_SIGNER_KEY"),
    ...(config.TAPLINE_SIGNER_CHAIN ?? []).map((path) => readSetting(path, "TAPLINE_SIGNER_CHAIN")),
  ]);
  return { certPem, keyPem, chainPem };
}

/**
 * The agents' authority, and the root that agents know the door by; null where the door is to enrol nobody.
 * @throws TaplineError `misconfigured` where only some of the three settings are there
 */
export async function readAgentsAuthority(
  config: Config,
): Promise<{ authority: Authority; rootPem: string } | null> {
  const names = [
    "TAPLINE_AGENT_AUTHORITY_CERT",
    "TAPLINE_AGENT_AUTHORITY_KEY",
    "TAPLINE_INGEST_ROOT",
  ] as const;
  if (names.every((name) => config[name] === undefined)) return null;
  const [certPem, keyPem, rootPem] = await Promise.all(
    names.map((name) => readSetting(need(config[name], name, "ingest"), name)),
  );
  return {
    authority: await openAgentsAuthority(certPem ?? "", keyPem ?? ""),
    rootPem: firstCertificate(rootPem ?? ""),
  };
}

function firstCertificate(pem: string): string {
  const [first] = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/) ?? [];
  if (first !== undefined) return `${first}\n`;
  throw new TaplineError("misconfigured", "TAPLINE_INGEST_ROOT holds no PEM certificate", {
    remedy: "let it name root.crt of the PKI folder",
  });
}
