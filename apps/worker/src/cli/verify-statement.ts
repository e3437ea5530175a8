import { verifyDetached } from "@tapline/core/encryption";
import { readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { readGiven } from "./read-given.ts";

/** Options of the commands that verify a signed statement. */
export interface VerifyOptions {
  readonly signature?: string;
  readonly trust?: string;
  readonly json?: boolean;
}

/** Verifies a statement with its signature and prints what it says. @throws TaplineError where it is not genuine */
export async function verifyStatement<Statement extends { readonly madeAtEpochMs: number }>(
  file: string,
  options: VerifyOptions,
  parse: (bytes: Buffer) => Statement,
  inWords: (statement: Statement) => string,
): Promise<Statement> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const trust = [await readTrust(options.trust, dataDir)];
  const [bytes, signature] = [await readGiven(file), await readGiven(options.signature ?? `${file}.p7s`)];
  const statement = parse(bytes);
  const signer = verifyDetached(bytes, signature, {
    rootPems: trust,
    crlPems: trust,
    atEpochMs: statement.madeAtEpochMs,
  });
  const signedAt = new Date(signer.signedAtEpochMs).toISOString();
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ ...statement, signer: signer.subject, signedAt })}\n`
      : `${inWords(statement)}\ngenuine: signed by ${signer.subject} at ${signedAt}\n`,
  );
  return statement;
}
