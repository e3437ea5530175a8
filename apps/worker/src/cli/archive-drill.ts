import type { DrillResult } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { openDrill } from "../wire/commands/archive.ts";
import { actOf } from "./acting.ts";
import { type PlaceOptions, pkiFile, placesOf, readPki } from "./archive-place.ts";
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

export async function drill(options: Options): Promise<void> {
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
