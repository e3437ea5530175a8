import type { KeyRack, Trust } from "@tapline/core/encryption";
import { hasCode, TaplineError } from "@tapline/core/kernel";
import { segmentIdSchema } from "@tapline/core/transfer";
import { UniqueNames } from "../care/unique-names.ts";
import { verifyArchives } from "../care/verify-archives.ts";
import { openCatalogue } from "../wire/commands/archive.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf, readTrust } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { count } from "./count.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { isWatched, type ProgressOptions, watchedPlaces } from "./progress.ts";
import { type RackOptions, readRack } from "./read-rack.ts";
import { verifyTeller } from "./verify-teller.ts";

interface Options extends PlaceOptions, ProgressOptions, RackOptions {
  readonly since?: string;
  readonly sample: number;
  readonly segment?: string;
  readonly trust?: string;
  readonly decrypt: boolean;
  readonly index: boolean;
  readonly json?: boolean;
}

export async function verify(options: Options): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const wish = wishOf(options);
  const trust = trustOf(await readTrust(options.trust, dataDir));
  const keys = await keysOf(options, dataDir);
  const databaseUrl = options.index ? await databaseIfAny() : null;
  const { places, stop } = watchedPlaces(await placesOf(options, dataDir), options);
  const opened = openArchives(places);
  const isOneOfSeveral = options.target !== undefined || opened.targets.length > 1;
  // What is said of a copy elsewhere is said of none of the installation's archives.
  const isOwn = options.target !== undefined || (options.archive ?? options.url) === undefined;
  const index = databaseUrl === null ? null : openCatalogue(databaseUrl);
  const names = new UniqueNames();
  const tell = verifyTeller(opened.targets.length > 1, options.json === true);
  try {
    const { archives, doubled } = await verifyArchives(wish, {
      ...{ targets: opened.targets, isOneOfSeveral, trust, keys, names, chance: Math.random },
      ...{ catalogue: index?.catalogue ?? null, onFault: tell.fault },
      onDay: async (archive, day, { segments, faults }, read) => {
        if (isWatched(options))
          process.stderr.write(
            `${tell.of(archive)}${day}: ${count(segments, "segment")} so far, ${count(faults, "fault")}\n`,
          );
        if (isOwn) await index?.readBacks.note(read.map((segment) => ({ segment, target: archive })));
      },
    });
    const shares = (await index?.readBacks.shares(null)) ?? [];
    process.exitCode = tell.end(archives, doubled, shares, index !== null);
  } finally {
    stop();
    await Promise.allSettled([names.close(), opened.close(), index?.close()]);
  }
}

function wishOf({ since, sample, segment }: Options) {
  if (segment !== undefined && !segmentIdSchema.safeParse(segment).success)
    throw new TaplineError("invalid-input", `--segment "${segment}" is not a segment's id`);
  return {
    sinceDay: since ?? "",
    sampleRatio: sample,
    segment: segment ?? null,
  };
}

function trustOf(pem: string): Omit<Trust, "atEpochMs"> {
  return { rootPems: [pem], crlPems: [pem] };
}

/** The keys that are named, or lie in the private folder; null where objects stay closed. */
async function keysOf(options: Options, dataDir: string | undefined): Promise<KeyRack | null> {
  if (!options.decrypt) return null;
  const isAsked = [options.cert, options.key, options.keys].some((named) => named !== undefined);
  try {
    return await readRack(options, dataDir);
  } catch (error) {
    if (isAsked || !hasCode(error, "misconfigured")) throw error;
    process.stderr.write("without a key: objects are checked by their digests, and not decrypted\n");
    return null;
  }
}

async function databaseIfAny(): Promise<string | null> {
  try {
    return (await findStores()).databaseUrl;
  } catch (error) {
    if (!hasCode(error, "misconfigured")) throw error;
    process.stderr.write("without a database: the archive is not compared with the index\n");
    return null;
  }
}
