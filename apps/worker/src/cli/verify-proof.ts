import { isErasure } from "@tapline/core/audit";
import { verifySignature } from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import {
  checkPacket,
  checkTapProof,
  type ProvenTap,
  parseTapProof,
  provenTapText,
} from "@tapline/core/transfer";
import { readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { readGiven, readGivenText } from "./read-given.ts";
import { readLogKeys } from "./read-log-keys.ts";
import { tellProofError } from "./tell-proof-error.ts";
import { verifyErasure } from "./verify-erasure.ts";

interface Options {
  readonly trust?: string;
  readonly key?: string;
  readonly packet?: string;
  readonly at?: number;
  readonly json?: boolean;
}

/**
 * `tapline verify`: a proof of a tap, or a certificate of erasure, offline.
 * @param files one; several where they hold the texts of a slip's codes
 */
export async function verify(files: readonly string[], options: Options): Promise<void> {
  const text = (await Promise.all(files.map(readGivenText))).join("\n");
  if (!isErasure(text)) return await verifyTap(text, options);
  if (options.packet !== undefined || options.at !== undefined)
    throw new TaplineError(
      "invalid-input",
      `${files.join(", ")} is a certificate of erasure: --packet and --at are for proofs of taps`,
    );
  verifyErasure(text, await readLogKeys(options.key), options.json === true);
}

async function verifyTap(text: string, options: Options): Promise<void> {
  const { at } = options;
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const pems = [await readTrust(options.trust, dataDir)];
  const trust = { rootPems: pems, crlPems: pems, ...(at === undefined ? {} : { atEpochMs: at }) };
  const keys = await readLogKeys(options.key);
  try {
    const proven = checkTapProof(parseTapProof(text), {
      verifySignature: (p7s) => verifySignature(p7s, trust),
      keys,
    });
    if (options.packet !== undefined) checkPacket(await readGiven(options.packet), proven);
    process.stdout.write(
      options.json === true ? `${jsonOf(proven)}\n` : provenTapText(proven, options.packet !== undefined),
    );
  } catch (error) {
    tellProofError(error, options.json === true);
  }
}

function jsonOf({ tap, segment, signer, log }: ProvenTap): string {
  return JSON.stringify({
    ...{ verdict: "proven", tap, segment },
    signer: {
      subject: signer.subject,
      certSha256: signer.certSha256,
      signedAtEpochMs: signer.signedAtEpochMs,
    },
    log:
      log === null
        ? null
        : {
            ...{ origin: log.checkpoint.origin, index: log.index, size: log.checkpoint.size },
            recordedAtEpochMs: log.entry.atEpochMs,
            witnesses: witnessesOf(log),
          },
  });
}

type InLog = NonNullable<ProvenTap["log"]>;

const witnessesOf = ({ signatures }: InLog) =>
  signatures.flatMap(({ key, atEpochS }) => (atEpochS === null ? [] : [{ name: key.name, atEpochS }]));
