import { join } from "node:path";
import type { KeyRole } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import { issueIntoFolder } from "../keys/issue-into-folder.ts";
import { rotateKey } from "../keys/rotate-key.ts";
import { type ActingOptions, actOf } from "./acting.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { readPem, shortId, withKeys } from "./key-command.ts";

interface RotateOptions extends ActingOptions {
  readonly role: KeyRole;
  readonly cert?: string;
  readonly pki?: string;
}

export async function rotate(options: RotateOptions): Promise<void> {
  const { role, cert } = options;
  const { actor, reason, dryRun, atEpochMs } = actOf(options);
  if (dryRun) {
    const keys = await withKeys(({ ring }) => ring.read());
    const active = keys.filter((key) => key.role === role && key.state === "active");
    const names = active.map(({ subject, certSha256 }) => `${subject} (${shortId(certSha256)})`);
    return say(`would send into retirement: ${names.join(", ")}; new objects would go to a successor`);
  }
  const made =
    cert === undefined
      ? await issueIntoFolder(options.pki ?? (await defaultFolder()), role, atEpochMs)
      : null;
  const certPem = made?.certPem ?? (await readPem(cert ?? ""));
  const { successor, replaced } = await withKeys(({ ring }) =>
    rotateKey(role, certPem, { ring }, { actor, reason }),
  );
  if (made !== null) say(`the new private key is ${made.keyFile}: keep it as safe as the old one`);
  for (const { subject, certSha256 } of replaced) say(`${subject} (${shortId(certSha256)}) is retiring`);
  say(`new objects are encrypted to ${successor.subject} (${shortId(successor.certSha256)})`);
}

async function defaultFolder(): Promise<string> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  if (dataDir !== undefined) return join(dataDir, "pki");
  throw new TaplineError("invalid-input", "no PKI folder is known", {
    remedy: "Give --pki DIR, or the successor's certificate by --cert FILE.",
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
