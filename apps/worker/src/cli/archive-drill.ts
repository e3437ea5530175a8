import type { DrillResult } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { openDrill } from "../wire/commands/archive.ts";
import { actOf } from "./acting.ts";
import { archiveCommand } from "./archive-command.ts";
import { addPlace, type PlaceOptions, pkiFile, placesOf, readPki } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";

interface Options extends PlaceOptions {
  readonly now?: boolean;
  readonly cert?: string;
  readonly key?: string;
  readonly trust?: string;
  readonly decrypt: boolean;
  readonly by?: string;
  readonly json?: boolean;
}

/** `tapline archive drill --now`: restores one segment, drawn from all, and holds it against its proof. */
export function addArchiveDrill(program: Command): void {
  addPlace(archiveCommand(program).command("drill"))
    .description("restore one segment drawn from all that is archived, and hold it against its proof")
    .requiredOption("--now", "hold it now; the role audit holds them on a schedule")
    .option("--cert <file>", "a recipient's certificate (default: pki/archive.crt in the private folder)")
    .option("--key <file>", "its private key (default: pki/archive.key)")
    .option("--no-decrypt", "without a key: all is checked but what lies within the envelope")
    .option("--trust <file>", "root certificate and revocation lists (default: pki/trust.pem)")
    .option("--by <name>", "who asks; goes into the audit log (default: the login name)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nOf several archives it takes the one whose last drill is longest ago." +
        "\nEnds with 0 where it is proven, or right without a key; 2 where it failed; else 1.",
    )
    .action(drill);
}

async function drill(options: Options): Promise<void> {
  const { databaseUrl } = await findStores();
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const { actor } = actOf({ reason: "", ...(options.by === undefined ? {} : { by: options.by }) });
  const keyFiles = options.decrypt
    ? { certFile: pkiFile(options.cert, dataDir, "cert"), keyFile: pkiFile(options.key, dataDir, "key") }
    : null;
  const trust = await readPki(options.trust, dataDir, "trust");
  const places = await placesOf(options, dataDir);
  const among = options.target === undefined ? null : [options.target];
  const opened = openDrill(places, among, databaseUrl, trust, keyFiles);
  try {
    const result = await opened.drill(actor);
    if (result === null) throw new TaplineError("not-found", nothingThere(options.target));
    process.stdout.write(`${options.json === true ? JSON.stringify(result) : sentence(result)}\n`);
    if (result.outcome === "failed") process.exitCode = 2;
  } finally {
    await opened.close();
  }
}

function nothingThere(target: string | undefined): string {
  if (target === undefined) return "nothing is archived yet: there is nothing to restore";
  return `by the index nothing lies in archive ${target}: there is nothing to restore`;
}

function sentence({ segment, target, outcome, taps, durationMs, detail }: DrillResult): string {
  const what = `segment ${segment} of archive ${target}`;
  if (outcome === "failed") return `FAILED: ${what}: ${detail}`;
  if (outcome === "sealed")
    return `${what} is as it was archived; without a key nothing was decrypted (${durationMs} ms)`;
  return `proven: ${what}, ${taps} taps equal to their proof (${durationMs} ms)`;
}
