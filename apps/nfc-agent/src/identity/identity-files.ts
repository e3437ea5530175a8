import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { replaceFile, syncDirectory, systemCode } from "../durable-file.ts";

/** Who this machine is to the server. */
export type Identity = {
  /** Last part of the SPIFFE id that the certificate names. */
  readonly agent: string;
  /** PEM: its key, its certificate with the chain, and the root certificate that the server's comes from. */
  readonly keyPem: string;
  readonly certPem: string;
  readonly caPem: string;
  /** Lower-case hexadecimal. */
  readonly serial: string;
  readonly notBeforeEpochMs: number;
  readonly notAfterEpochMs: number;
};

/** Where an identity lies in a folder. */
export function identityPaths(dir: string) {
  return { key: join(dir, "agent.key"), cert: join(dir, "agent.crt"), ca: join(dir, "ca.crt") };
}

/** More than an identity takes: an empty file can be made on a full disk, too. */
const probeBytes = 16 * 1024;

const next = (path: string): string => `${path}.next`;

/**
 * The identity in `dir`; null where there is none. Where a change was cut off after its commit, it is finished.
 * @throws TaplineError `misconfigured` where files do not read, or key and certificate do not belong together
 */
export async function readIdentity(dir: string): Promise<Identity | null> {
  const paths = identityPaths(dir);
  const [certPem, keyPem, nextKeyPem] = await Promise.all(
    [paths.cert, paths.key, next(paths.key)].map(readIfThere),
  );
  if (certPem === null || certPem === undefined) return null;
  const certificate = parse(certPem, paths.cert);
  if (fits(certificate, keyPem)) return identityOf(certificate, certPem, keyPem, await readCa(paths.ca));
  if (!fits(certificate, nextKeyPem)) throw unusable(paths.key, `its key does not belong to ${paths.cert}`);
  await finish(dir);
  return identityOf(certificate, certPem, nextKeyPem, await readCa(paths.ca));
}

/**
 * Puts a new identity in place of the one in `dir` (made 0700 where it is not there; the key 0600). A crash at any point
 * leaves the old one or the new one: the certificate is replaced in one step, and its key lies beside it before.
 * @throws TaplineError `misconfigured` where the folder cannot be written
 */
export async function writeIdentity(
  dir: string,
  { keyPem, certPem, caPem }: Pick<Identity, "keyPem" | "certPem" | "caPem">,
): Promise<Identity> {
  const paths = identityPaths(dir);
  const certificate = parse(certPem, "the certificate from the server");
  if (!fits(certificate, keyPem)) throw unusable("the certificate from the server", "it is for another key");
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await replaceFile(next(paths.key), keyPem);
    await replaceFile(next(paths.ca), caPem);
    await replaceFile(paths.cert, certPem);
    await finish(dir);
  } catch (error) {
    throw unwritable(dir, error);
  }
  return identityOf(certificate, certPem, keyPem, caPem);
}

/** Says early, before a token is used up, that nothing could be kept. @throws TaplineError `misconfigured` */
export async function assertWritable(dir: string): Promise<void> {
  const probe = join(dir, ".probe");
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await replaceFile(probe, Buffer.alloc(probeBytes));
    await rm(probe);
  } catch (error) {
    throw unwritable(dir, error);
  }
}

async function finish(dir: string): Promise<void> {
  const { key, ca } = identityPaths(dir);
  // The key last: as long as it lies beside, a reader knows that there is something to finish.
  for (const path of [ca, key])
    await rename(next(path), path).catch((error: unknown) => {
      if (systemCode(error) !== "ENOENT") throw error;
    });
  await syncDirectory(dir);
}

function identityOf(certificate: X509Certificate, certPem: string, keyPem: string, caPem: string): Identity {
  const agent = /URI:spiffe:\/\/tapline\/agent\/([^,/]+)/.exec(certificate.subjectAltName ?? "")?.[1];
  if (agent === undefined) throw unusable("the certificate", "it names no agent");
  return {
    ...{ agent, keyPem, certPem, caPem },
    serial: certificate.serialNumber.toLowerCase(),
    notBeforeEpochMs: certificate.validFromDate.getTime(),
    notAfterEpochMs: certificate.validToDate.getTime(),
  };
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw unusable(path, systemCode(error) ?? "it does not read");
  }
}

async function readCa(path: string): Promise<string> {
  const pem = await readIfThere(path);
  if (pem === null) throw unusable(path, "it is not there");
  parse(pem, path);
  return pem;
}

function parse(pem: string, what: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw unusable(what, "it is no PEM certificate");
  }
}

function fits(certificate: X509Certificate, keyPem: string | null | undefined): keyPem is string {
  if (keyPem === null || keyPem === undefined) return false;
  try {
    return certificate.checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

function unusable(what: string, why: string): TaplineError {
  return new TaplineError("misconfigured", `${what} cannot be used: ${why}`, {
    remedy: "enrol this machine again with a new token",
    facts: { reason: "identity-damaged" },
  });
}

function unwritable(dir: string, error: unknown): TaplineError {
  if (error instanceof TaplineError) return error;
  const why = systemCode(error) ?? "unknown";
  return new TaplineError("misconfigured", `the folder ${dir} cannot be written: ${why}`, {
    remedy: "let the agent's user write there, make room, or name another folder by TAPLINE_AGENT_DATA_DIR",
    facts: { reason: "unwritable" },
    cause: error,
  });
}
