import { Argument, type Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";
import { durationMs, moment, placeRange, wholeNumber } from "./forms.ts";
import { addPlace } from "./place-options.ts";
import { addProgress } from "./progress-options.ts";
import { proofExitCodes } from "./proof-exit-codes.ts";

/** As `erasableFields` of @tapline/core/audit, which would be loaded for every command. */
const erasableFields = ["reason"] as const;

/** The group `tapline audit`. */
export function addAudit(program: Command): void {
  const audit = program.command("audit").description("the log of all operations, and proofs of it");
  addAuditList(audit);
  addAuditShow(audit);
  addAuditProve(audit);
  addAuditVerify(audit);
  addAuditExport(audit);
  addAuditErase(audit);
}

/** `tapline audit erase ENTRY [FIELD]`: what a person wrote into an entry goes, the entry stays. */
function addAuditErase(audit: Command): void {
  addActing(audit.command("erase"))
    .description(
      "erase what a person wrote into an entry; the log stays as it is, and a certificate says who erased it",
    )
    .argument("<entry>", "the entry's id, as tapline audit ls tells it")
    .addArgument(new Argument("[field]", "what of it").choices(erasableFields).default("reason"))
    .option("--log <name>", "which log, where the database holds several")
    .option("--out <file>", "write the certificate there (default: standard output)")
    .action(
      confirmed(async (entry, field, options) =>
        (await import("../audit-erase.ts")).erase(entry, field, options),
      ),
    );
}

/** Options by which entries are chosen. */
function addFilter(command: Command): Command {
  return command
    .option("--since <span>", "only of the last 90s, 10m, 2h, 7d", durationMs)
    .option("--from <time>", "only of this time on, ISO 8601", moment)
    .option("--until <time>", "only of before this time, ISO 8601", moment)
    .option("--action <action>", "only this action, as key.changed, or a kind of them, as key")
    .option("--by <name>", "only by this operator (e-mail address or id), agent, job or rule")
    .option("--subject <subject>", "only to this, as segment/<id>, or to a kind of things, as segment")
    .option("--text <text>", "only with this text anywhere in the entry");
}

/** `tapline audit ls`: entries of the log, newest first. */
function addAuditList(audit: Command): void {
  addFilter(audit.command("ls"))
    .description("operations, newest first: when, who, what, to what, why, and the entry's id")
    .option("--limit <rows>", "at most so many", wholeNumber, 50)
    .option("--after <place>", "go on behind a page, as it tells")
    .option("--json", "as JSON, one entry a line")
    .action(async (options) => (await import("../audit-ls.ts")).list(options));
}

/** `tapline audit show` and `tapline audit key`: how far the log has come, and by which key others check it. */
function addAuditShow(audit: Command): void {
  audit
    .command("show")
    .description("how far the log has come: its name, size, root and newest checkpoint")
    .option("--log <name>", "which log, where the database holds several")
    .option("--note", "print the newest checkpoint alone, as it is signed: a cosigned one where there is one")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../audit-show.ts")).show(options));
  audit
    .command("key")
    .description("the log's verifier key: give it to whoever is to check proofs, by a way that they trust")
    .action(async () => (await import("../audit-show.ts")).showKey());
}

/** `tapline audit prove ENTRY`: one small file that proves the entry to whoever has the log's verifier key. */
function addAuditProve(audit: Command): void {
  audit
    .command("prove")
    .description("prove that an entry stands in the log: a C2SP tlog-proof that holds the entry too")
    .argument("<entry>", "the entry's id, as tapline audit ls tells it")
    .option("--log <name>", "which log, where the database holds several")
    .option("--out <file>", "write it there (default: standard output)")
    .action(async (entry, options) => (await import("../audit-prove.ts")).prove(entry, options));
}

/** `tapline audit verify`: a proof, offline; or the whole log, entry by entry. */
function addAuditVerify(audit: Command): void {
  const codes = Object.entries(proofExitCodes).map(([fault, code]) => `${code} ${fault}`);
  addProgress(addPlace(audit.command("verify")))
    .description(
      "verify a proof of an entry, of growth or of an erasure (offline), by --full a whole log, by --from its growth",
    )
    .argument("[file]", "a tlog-proof, what --out wrote, or a certificate of tapline audit erase")
    .option(
      "--key <file>",
      "verifier keys of the log and of its witnesses, one a line (default: the log's own, where it is at hand)",
    )
    .option(
      "--full",
      "walk over all entries of the database and compare them with its checkpoints and the archives'",
    )
    .option("--from <file>", "a checkpoint that you kept: whether the log has only grown since")
    .option("--to <file>", "with --from: up to this checkpoint (default: the newest)")
    .option("--out <file>", "with --from: write the proof of it there")
    .option("--from-archive", "with --full or --from: each archive's own copy, without a database")
    .option("--checkpoint <file...>", "with --full: checkpoints that you kept; the log must continue them")
    .option("--log <name>", "which log, where the database holds several")
    .addHelpText(
      "after",
      `\nEnds with 0 where all is right, 2 where something does not fit, 1 where it could not be checked; of growth and erasures also: ${codes.join(", ")}.`,
    )
    .action(async (file, options) => (await import("../audit-verify.ts")).verify(file, options));
}

/** `tapline audit export` and `tapline audit verify-export`: entries as a file, with a proof beside it. */
function addAuditExport(audit: Command): void {
  addProgress(addFilter(audit.command("export")))
    .description(
      "write entries into a file, in the order of the log; beside it a proof (<file>.proof), and whose reason was erased (<file>.erased)",
    )
    .option("--ndjson", "as they were sealed, one a line")
    .option("--csv", "as a table for people; its last column is the sealed entry")
    .requiredOption("--out <file>", "the file")
    .option(
      "--range <first>-<last>",
      "only entries of these places in the log: without further filters the proof says that none is missing",
      placeRange,
    )
    .option("--log <name>", "which log, where the database holds several")
    .action(async (options) => (await import("../audit-export.ts")).exportEntries(options));
  const codes = Object.entries(proofExitCodes).map(([fault, code]) => `${code} ${fault}`);
  audit
    .command("verify-export")
    .description("verify a file of tapline audit export: offline, without any server")
    .argument("<file>", "the exported file")
    .option("--proof <file>", "its proof (default: <file>.proof)")
    .option(
      "--key <file>",
      "verifier keys of the log and of its witnesses, one a line (default: the log's own, where it is at hand)",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nEnds with 0 where all is proven, 1 where it could not be checked; else: ${codes.join(", ")}.`,
    )
    .action(async (file, options) => (await import("../audit-verify-export.ts")).verifyExport(file, options));
}
