import type { Command } from "commander";
import { largeNumber, moment } from "./forms.ts";
import { addPlace } from "./place-options.ts";
import { proofExitCodes } from "./proof-exit-codes.ts";

/** `tapline prove` and `tapline verify`: proofs of single taps. */
export function addProofs(program: Command): void {
  const prove = program.command("prove").description("proofs for others, that need no server to be checked");
  addProveTap(prove);
  addProvePage(prove);
  addVerifyProof(program);
}

/** `tapline prove tap`: one small file that proves to anybody that a tap is archived. */
function addProveTap(prove: Command): void {
  addPlace(prove.command("tap"))
    .description(
      "prove that a tap is archived, and that the audit log says so: one JSON file for tapline verify",
    )
    .argument("<tracker>", "the tracker's id")
    .argument("<seq>", "the tap's number", largeNumber)
    .option("--epoch <number>", "the tracker's epoch (default: the newest that has the number)", largeNumber)
    .option("--out <file>", "write it there (default: standard output)")
    .option(
      "--slip <file>",
      "a slip of paper with all of the proof in QR codes: a .html page, or a .svg drawing",
    )
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--no-index", "without PostgreSQL: search the archive's manifests, the newest first")
    .option("--log <name>", "which audit log, where the database holds several")
    .action(async (tracker, seq, options) =>
      (await import("../prove-tap.ts")).writeProof(tracker, seq, options),
    );
}

/** `tapline prove page`: what verifies proofs in a browser, for who has no command line. */
function addProvePage(prove: Command): void {
  prove
    .command("page")
    .description("write the page that verifies proofs in a browser, without any server: one HTML file")
    .requiredOption("--out <file>", "the file")
    .addHelpText(
      "after",
      "\nThe same version of Tapline writes the same bytes: whoever is given a page can compare its SHA-256.",
    )
    .action(async (options) => (await import("../prove-page.ts")).writePage(options));
}

/** `tapline verify`: a proof of a tap, or a certificate of erasure, offline. */
function addVerifyProof(program: Command): void {
  const codes = Object.entries(proofExitCodes).map(([fault, code]) => `${code} ${fault}`);
  program
    .command("verify")
    .description(
      "verify a proof of tapline prove tap, or a certificate of tapline audit erase: offline, without any server",
    )
    .argument(
      "<files...>",
      "the proof or certificate; or the texts of a slip's QR codes, in one file or several",
    )
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option(
      "--key <file>",
      "verifier keys of the log and of its witnesses, one a line (default: the log's own, where it is at hand)",
    )
    .option("--packet <file>", "the tap's raw bytes: whether they are the ones that are proven")
    .option(
      "--at <time>",
      "when the signer's certificates must be valid, ISO 8601 (default: when they signed)",
      moment,
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nEnds with 0 where all is proven, 1 where it could not be checked; else: ${codes.join(", ")}.`,
    )
    .action(async (files, options) => (await import("../verify-proof.ts")).verify(files, options));
}
