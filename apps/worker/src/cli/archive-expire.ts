import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import type { Hold } from "@tapline/core/transfer";
import type { Command } from "commander";
import type { Expired } from "../care/expire-archive.ts";
import { openExpiry } from "../wire/commands/care.ts";
import { type ActingOptions, actOf, saysSomething } from "./acting.ts";
import { archiveCommand } from "./archive-command.ts";
import { addPlace, type PlaceOptions, placesOf } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { dayFolder } from "./parse-options.ts";

interface Options extends PlaceOptions, Omit<ActingOptions, "dryRun"> {
  readonly before: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** `tapline archive expire --before DAY`: removes what is old enough, never what is held. */
export function addArchiveExpire(program: Command): void {
  addPlace(archiveCommand(program).command("expire"))
    .description("remove segments cut before a day (UTC) for good; without --yes only say what would go")
    .requiredOption("--before <YYYY-MM-DD>", "segments cut before this day (UTC)")
    .requiredOption("--reason <text>", "why; goes into the audit log", saysSomething)
    .option("--by <name>", "who acts; goes into the audit log (default: the login name)")
    .option("--yes", "do it")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nThe index keeps what it knows of them: an old tap that is sent again is still a duplicate. A write-once archive" +
        "\nrefuses, and then nothing has changed.",
    )
    .action(expire);
}

async function expire(options: Options): Promise<void> {
  const { actor, reason, atEpochMs } = actOf(options);
  const before = dayFolder(options.before, "--before").replaceAll("/", "-");
  if (Date.parse(before) > atEpochMs)
    throw new TaplineError(
      "invalid-input",
      `--before ${before} lies in the future: what is archived today stays`,
    );
  const { databaseUrl } = await findStores();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const opened = openExpiry(await placesOf(options, dataDir), databaseUrl);
  const isDry = options.yes !== true;
  const onHeld = (segment: string, hold: Hold): void =>
    void process.stderr.write(`segment ${segment} stays: hold ${hold.id} (${hold.reason})\n`);
  try {
    for (const target of opened.targets) {
      const { name } = target;
      const of = opened.targets.length > 1 ? `archive ${name}: ` : "";
      try {
        const found = await opened.expire(target, before, isDry, { act: { actor, reason }, onHeld });
        const line = `${of}${sentence(found, before, isDry)}`;
        process.stdout.write(
          `${options.json === true ? JSON.stringify({ archive: name, ...found }) : line}\n`,
        );
      } catch (error) {
        if (opened.targets.length === 1 || !hasCode(error, "unavailable")) throw error;
        process.stderr.write(`${of}nothing more was removed: ${messageOf(error)}\n`);
        process.exitCode = 1;
      }
    }
  } finally {
    await opened.close();
  }
}

function sentence({ segments, taps, bytes, held }: Expired, before: string, isDry: boolean): string {
  const what = `${segments} segments cut before ${before} (${taps} taps, ${bytes} bytes)`;
  return `${what} ${isDry ? "would be removed; say --yes to do it" : "are removed"}; ${held} held`;
}
