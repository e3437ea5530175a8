import type { mainTarget } from "@tapline/core/transfer";
import type { Command } from "commander";
import { addActing, addEffect, confirmed } from "./acting-options.ts";
import { day, dayFolder, moment, ratio, wholeNumber } from "./forms.ts";
import { addPlace } from "./place-options.ts";
import { addProgress } from "./progress-options.ts";
import { addRack } from "./rack-options.ts";

/** The group `tapline archive`. */
export function addArchive(program: Command): void {
  const archive = program.command("archive").description("the encrypted long-term archive");
  addArchiveRestore(archive);
  addArchiveReindex(archive);
  addArchiveVerify(archive);
  addArchiveDrill(archive);
  addArchiveHold(archive);
  addArchiveOpen(archive);
  addArchiveExpire(archive);
  addArchiveExport(archive);
  addArchiveReconcile(archive);
  addArchiveRewrap(archive);
  addArchiveRepin(archive);
}

/** `tapline archive restore --out DIR`: the whole archive, verified and decrypted. */
function addArchiveRestore(archive: Command): void {
  addRack(addProgress(addPlace(archive.command("restore"))))
    .description("verify and decrypt the whole archive into segment-<id>.ndjson files")
    .requiredOption("--out <dir>", "folder for the restored files; what is there and right is left alone")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option(
      "--at <time>",
      "when certificates must be valid, ISO 8601 (default: when each segment was made)",
      moment,
    )
    .option("--json", "end with one JSON object in place of the summary line")
    .addHelpText(
      "after",
      "\nOf several archives each segment comes from the first that has it unaltered." +
        "\nThe private folder is TAPLINE_DATA_DIR, else the nearest .tapline from here upwards.",
    )
    .action(async (options) => (await import("../archive-restore.ts")).restore(options));
}

/** `tapline archive reindex`: the index in PostgreSQL, rebuilt from the archive's manifests. */
function addArchiveReindex(archive: Command): void {
  addEffect(addProgress(addPlace(archive.command("reindex"))))
    .description("rebuild the index in PostgreSQL (DATABASE_URL) from the archives' signed manifests")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--json", "end with one JSON object in place of the summary line")
    .addHelpText(
      "after",
      "\nSegments that the index knows stay as they are. One whose taps lie in other segments is moved into" +
        "\nquarantine/ of the archive. Run it while no tap is taken.",
    )
    .action(confirmed(async (options) => (await import("../archive-reindex.ts")).reindex(options)));
}

/** `tapline archive verify`: whether all that is archived is there and as it was written. */
function addArchiveVerify(archive: Command): void {
  addRack(addProgress(addPlace(archive.command("verify"))))
    .description(
      "check signatures, digests and contents of the archive, each tap once, and compare with the index",
    )
    .option("--since <YYYY-MM-DD>", "only segments cut on this day (UTC) or later", dayFolder)
    .option(
      "--sample <ratio>",
      "read so many of the objects, 0 to 1; manifests and signatures are all read",
      ratio,
      1,
    )
    .option("--segment <id>", "only this segment")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--no-decrypt", "check objects by their digests alone")
    .option("--no-index", "do not compare with the index in PostgreSQL")
    .option("--json", "one JSON object for each fault, and one for the summary")
    .addHelpText(
      "after",
      "\nOf several archives each is checked for what the index says that it holds." +
        "\nAn object that no key at hand opens is closed: signature and digests are checked, and it is no fault." +
        "\nEnds with 0 where nothing is wrong, 2 where faults were found, 1 where it could not be done.",
    )
    .action(async (options) => (await import("../archive-verify.ts")).verify(options));
}

/** `tapline archive drill --now`: restores one segment, drawn from all, and holds it against its proof. */
function addArchiveDrill(archive: Command): void {
  addRack(addProgress(addPlace(archive.command("drill"))))
    .description("restore one segment drawn from all that is archived, and hold it against its proof")
    .requiredOption("--now", "hold it now; the role audit holds them on a schedule")
    .option("--no-decrypt", "without a key: all is checked but what lies within the envelope")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option(
      "--by <name>",
      "who asks, by e-mail address or name; goes into the audit log (default: the login name)",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nOf several archives it takes the one whose last drill is longest ago." +
        "\nEnds with 0 where it is proven, or right without a key; 2 where it failed; else 1.",
    )
    .action(async (options) => (await import("../archive-drill.ts")).drill(options));
}

/** `tapline archive hold place|release|ls`: what may neither be moved nor removed. */
function addArchiveHold(archive: Command): void {
  const hold = archive
    .command("hold")
    .description("keep segments from being moved or removed, whatever else would do it");
  addActing(hold.command("place"))
    .description("place a hold: of one agent, tracker or segment, or of days")
    .option("--from <YYYY-MM-DD>", "only segments cut on this day (UTC) or later", day)
    .option("--to <YYYY-MM-DD>", "only segments cut on this day (UTC) or earlier", day)
    .option("--agent <id>", "segments that hold taps of this agent")
    .option("--tracker <id>", "segments that hold taps of this tracker")
    .option("--segment <id>", "this segment")
    .option("--unseen", "also where nothing is archived of it yet")
    .action(confirmed(async (options) => (await import("../archive-hold.ts")).place(options)));
  addActing(hold.command("release"))
    .description("release a hold; others that guard the same segments stay")
    .argument("<number>", "the hold's number", wholeNumber)
    .action(
      confirmed(async (number, options) => (await import("../archive-hold.ts")).release(number, options)),
    );
  hold
    .command("ls")
    .description("the holds, newest first")
    .option("--all", "those that were released, too")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../archive-hold.ts")).list(options));
}

/** `tapline archive open FILE|SEGMENT --out FILE`: one object, out of a file alone or by its segment's id. */
function addArchiveOpen(archive: Command): void {
  addRack(addPlace(archive.command("open")))
    .description(
      "decrypt one object: a segment's by its id, or a file: one of the archive's, or what openssl cms encrypted with AES-256-GCM",
    )
    .argument("<object>", "a segment's id, or a file (.p7m), DER")
    .requiredOption("--out <file>", "what it decrypts to; it must not be there")
    .option("--trust <file>", "for a segment: root certificate and revocation lists (default: pki/trust.pem)")
    .addHelpText(
      "after",
      "\nA segment comes from the first archive that has it unaltered, its manifest and signature verified." +
        "\nOf a file the object's own tag is verified, no manifest: who wrote it is not known by that.",
    )
    .action(async (object, options) => (await import("../archive-open.ts")).open(object, options));
}

/** `tapline archive expire --before DAY`: removes what is old enough, never what is held. */
function addArchiveExpire(archive: Command): void {
  addActing(addPlace(archive.command("expire")))
    .description("remove segments cut before a day (UTC) for good")
    .requiredOption("--before <YYYY-MM-DD>", "segments cut before this day (UTC)", day)
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nThe index keeps what it knows of them: an old tap that is sent again is still a duplicate. A write-once archive" +
        "\nrefuses, and then nothing has changed.",
    )
    .action(confirmed(async (options) => (await import("../archive-expire.ts")).expire(options)));
}

/** `tapline archive export --parquet --out DIR`: restored taps as tables, each verified before it is written. */
function addArchiveExport(archive: Command): void {
  addRack(addProgress(addPlace(archive.command("export"))))
    .description(
      "write the archive's taps, verified, into one file a day: in the clear, so mind where they go",
    )
    .requiredOption("--out <dir>", "folder for the files")
    .option("--parquet", "as Apache Parquet; the columns stand in docs/operations.md")
    .option("--ndjson", "as the archive's own lines")
    .option("--since <YYYY-MM-DD>", "only segments cut on this day (UTC) or later", dayFolder)
    .option("--until <YYYY-MM-DD>", "only segments cut on this day (UTC) or earlier", dayFolder)
    .option("--max-taps <n>", "taps in one file; a day with more gets several", wholeNumber, 200_000)
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--json", "end with one JSON object in place of the summary line")
    .addHelpText(
      "after",
      "\nEnds with 0 where all is exported, 2 where segments failed, 1 where no key at hand opens some, or it could not be done.",
    )
    .action(async (options) => (await import("../archive-export.ts")).exportTaps(options));
}

/** `tapline archive reconcile`: compares archive, index and buffer now, as the role audit does on a schedule. */
function addArchiveReconcile(archive: Command): void {
  addActing(addProgress(addPlace(archive.command("reconcile"))))
    .description("compare archives, index and buffer, and heal or quarantine what differs")
    .option("--since <YYYY-MM-DD>", "only segments cut on this day (UTC) or later", dayFolder)
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--json", "end with one JSON object in place of the summary line")
    .addHelpText(
      "after",
      "\nEnds with 0 where archive and index agree in the end, 2 where a person is needed, else 1.",
    )
    .action(confirmed(async (options) => (await import("../archive-reconcile.ts")).reconcile(options)));
}

/** `tapline archive rewrap`: has archived objects open with one more key, by a small file beside each. */
function addArchiveRewrap(archive: Command): void {
  addActing(addRack(addProgress(addPlace(archive.command("rewrap")))))
    .description("have archived objects open with one more key; the objects stay as they are")
    .requiredOption("--to <file>", "certificate of who is to open them from now on, too")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--since <YYYY-MM-DD>", "only segments cut on this day (UTC) or later", dayFolder)
    .option("--json", "end with one JSON object in place of the summary line")
    .addHelpText(
      "after",
      "\nWho could open an object before still can. Safe to run again: what is done is left alone." +
        "\nEnds with 0 where all is done, 2 where segments failed, 1 where no key at hand opens some, or it could not be done.",
    )
    .action(confirmed(async (options) => (await import("../archive-rewrap.ts")).rewrap(options)));
}

/** `tapline archive repin`: believes an archive's new host key, on purpose. */
function addArchiveRepin(archive: Command): void {
  addActing(archive.command("repin"))
    .description(
      "believe the host key that an archive shows now, after its administrator said that it was changed",
    )
    .option("--target <name>", "the archive's name in TAPLINE_ARCHIVES", "main" satisfies typeof mainTarget)
    .option("--forget-old", "do not believe the old key any more, at once")
    .action(confirmed(async (options) => (await import("../archive-repin.ts")).repin(options)));
}
