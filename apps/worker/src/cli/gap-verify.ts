import { readFile } from "node:fs/promises";
import { verifyDetached } from "@tapline/core/encryption";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { type GapStatement, readStatement } from "@tapline/core/transfer";
import type { Command } from "commander";
import { readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { gapCommand } from "./gap-command.ts";

interface VerifyOptions {
  readonly signature?: string;
  readonly trust?: string;
  readonly json?: boolean;
}

/** `tapline gap verify FILE`: whether a statement is genuine, and what it says. */
export function addGapVerify(program: Command): void {
  gapCommand(program)
    .command("verify")
    .description("verify a statement's signature and say what it states")
    .argument("<file>")
    .option("--signature <file>", "its signature (default: <file>.p7s)")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nEnds with 0 where it is genuine and states no gap, 2 where it is genuine and does not, else 1.",
    )
    .action(verify);
}

async function verify(file: string, options: VerifyOptions): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trust = [await readPki(options.trust, dataDir, "trust")];
  const [bytes, signature] = [await read(file), await read(options.signature ?? `${file}.p7s`)];
  const statement = readStatement(bytes);
  const signer = verifyDetached(bytes, signature, {
    rootPems: trust,
    crlPems: trust,
    atEpochMs: statement.madeAtEpochMs,
  });
  const signedAt = new Date(signer.signedAtEpochMs).toISOString();
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...statement, signer: signer.subject, signedAt })}\n`
      : `${statementText(statement)}\ngenuine: signed by ${signer.subject} at ${signedAt}\n`,
  );
  if (!statement.noGap) process.exitCode = 2;
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new TaplineError("invalid-input", `${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
}

/** What a statement says, in words. */
export function statementText({ agent, day, noGap, epochs }: GapStatement): string {
  const head = `agent ${agent}, ${day} (UTC): ${noGap ? "no gap" : "NOT without gap"}`;
  const lines = epochs.map((epoch) => {
    const holes = epoch.holes.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
    return [
      `  epoch ${epoch.epoch}, numbers ${epoch.first}-${epoch.last}: ${epoch.archived} archived`,
      `${epoch.duplicates} duplicates`,
      `${epoch.rejected} rejected`,
      ...(epoch.pending === 0 ? [] : [`${epoch.pending} pending`]),
      ...(epoch.unjudged === 0 ? [] : [`${epoch.unjudged} from before the ledger, not known`]),
      ...(holes.length === 0 ? [] : [`holes: ${holes.join(", ")}`]),
    ].join(", ");
  });
  return [head, ...(lines.length === 0 ? ["  no numbers were given on this day"] : lines)].join("\n");
}
