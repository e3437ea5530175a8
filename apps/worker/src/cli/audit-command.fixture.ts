import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditLog, connectPrisma, type PrismaClient } from "@tapline/adapters/prisma";
import { type LogSigner, makeLogKey, openLogSigner } from "@tapline/core/audit";
import { temporaryFolder } from "../../../../tools/test-servers/index.ts";

const main = new URL("../../bin/tapline.mjs", import.meta.url).pathname;

/** An installation as `tapline audit` needs it: a database with a log, and in `dir`, its data folder, the log's key. */
export type AuditInstallation = {
  readonly dir: string;
  /** Settings by which a command finds it. */
  readonly env: Record<string, string>;
  readonly prisma: PrismaClient;
  readonly log: AuditLog;
  readonly signer: LogSigner;
};

export async function auditInstallation(databaseUrl: string): Promise<AuditInstallation> {
  const [dir, keyPem] = [await temporaryFolder(), makeLogKey()];
  await mkdir(join(dir, "pki"));
  await writeFile(join(dir, "pki/log.key"), keyPem);
  const [prisma, signer] = [connectPrisma(databaseUrl), openLogSigner(keyPem)];
  const env = { DATABASE_URL: databaseUrl, TAPLINE_DATA_DIR: dir };
  return { dir, env, prisma, log: new AuditLog(prisma, signer.origin), signer };
}

/** Runs `tapline audit …` as a process of its own. */
export const runAudit = (env: Record<string, string>, ...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) => {
    execFile(process.execPath, [main, "audit", ...args], { env, cwd: "/" }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, err }),
    );
  });
