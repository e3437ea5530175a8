import { checkpointText, ProofError } from "@tapline/core/audit";
import { verifySignature } from "@tapline/core/encryption";
import { sha256Hex } from "@tapline/core/kernel";
import { checkTapProof, type ProvenTap, parseTapProof } from "@tapline/core/transfer";
import { readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { readGiven, readGivenText } from "./read-given.ts";
import { readLogKeys } from "./read-log-keys.ts";
import { seenLines } from "./seen-lines.ts";
import { tellProofError } from "./tell-proof-error.ts";

interface Options {
  readonly trust?: string;
  readonly key?: string;
  readonly packet?: string;
  readonly at?: number;
  readonly json?: boolean;
}

/** `tapline verify`: a proof of a tap, offline. */
export async function verify(file: string, options: Options): Promise<void> {
  const { at } = options;
  const text = await readGivenText(file);
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
      options.json === true ? `${jsonOf(proven)}\n` : wordsOf(proven, options.packet !== undefined),
    );
  } catch (error) {
    tellProofError(error, options.json === true);
  }
}

function checkPacket(packet: Buffer, { tap }: ProvenTap): void {
  if (sha256Hex(packet) !== tap.digest)
    throw new ProofError(
      "forged",
      "these are not the bytes of the tap that is proven: their SHA-256 is another",
    );
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

function wordsOf({ tap, segment, signer, log }: ProvenTap, withPacket: boolean): string {
  const lines = [
    `proven: tap ${tap.seq} of tracker ${tap.tracker} (epoch ${tap.epoch}), SHA-256 ${tap.digest}${withPacket ? ", the given bytes" : ""},`,
    `  is one of segment ${segment}, as signed by ${signer.subject} at ${iso(signer.signedAtEpochMs)} by its own clock`,
  ];
  const missing = ["that the tracker measured rightly, or who wore it"];
  if (!withPacket) missing.push("which bytes the tap has, until you give them by --packet");
  if (log === null) missing.push("that the audit log knows of it: make the proof anew");
  else {
    lines.push(
      `  and entry ${log.index} of the log ${log.checkpoint.origin} says so, recorded at ${iso(log.entry.atEpochMs)}`,
      `  under its checkpoint of ${checkpointText(log.checkpoint)}`,
    );
    const seen = seenLines(log.signatures);
    lines.push(...seen);
    if (seen.length === 0)
      missing.push("that the log showed everybody the same history: give a witness's key beside the log's");
  }
  return `${lines.join("\n")}\nnot proven: ${missing.join("; ")}\n`;
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
