import { writeFile } from "node:fs/promises";
import {
  ArchivedLog,
  checkGrowth,
  checkpointText,
  consistencyRanges,
  formatGrowthProof,
  type NoteKey,
  type ProvenGrowth,
  parseGrowthProof,
  readSignedCheckpoint,
  same,
  seenLines,
} from "@tapline/core/audit";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { openAuditLog } from "../wire/commands/audit.ts";
import { openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { readGivenText } from "./read-given.ts";
import { tellProofError } from "./tell-proof-error.ts";

export interface GrowthOptions extends PlaceOptions {
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
  readonly log?: string;
  readonly fromArchive?: boolean;
}

/** A checkpoint, its signed note, and who says so. */
type Claim = { readonly size: number; readonly root: Uint8Array; readonly note: string; readonly by: string };

/** A copy of a log, by which two of its checkpoints are compared. */
type Copy = {
  readonly what: string;
  readonly newest: Claim;
  readonly rootAt: (size: number) => Promise<Uint8Array>;
  readonly pathBetween: (oldSize: number, size: number) => Promise<Uint8Array[]>;
};

/** `tapline audit verify --from`: whether a log only grew between two checkpoints, by the database or an archive's files alone. */
export async function verifyGrowth(
  fromFile: string,
  keys: readonly NoteKey[],
  options: GrowthOptions,
): Promise<void> {
  const [from, given] = [await readClaim(fromFile, keys), options.to];
  const to = given === undefined ? null : await readClaim(given, keys);
  if (to !== null && from.origin !== to.origin)
    throw new TaplineError("invalid-input", `${from.by} is of ${from.origin}, and ${to.by} of ${to.origin}`);
  if (to !== null && from.size > to.size)
    throw new TaplineError("invalid-input", `${from.by} has more entries than ${to.by}`, {
      remedy: "the older one is given by --from, the newer one by --to",
    });
  if (to !== null && from.size === to.size && !same(from.root, to.root))
    return tellFork(
      `both checkpoints are of ${from.size} entries and have different roots: they prove it alone`,
    );
  const compareOn = (copy: Copy): Promise<void> => compare(copy, from, to ?? copy.newest, options.out);
  if (options.fromArchive === true) await onArchives(from.origin, keys, options, compareOn);
  else await onDatabase(from.origin, keys, compareOn);
}

async function readClaim(
  file: string,
  keys: readonly NoteKey[],
): Promise<Claim & { readonly origin: string }> {
  const note = await readGivenText(file);
  return { ...readSignedCheckpoint(note, keys).checkpoint, note, by: file };
}

async function onDatabase(
  origin: string,
  keys: readonly NoteKey[],
  compareOn: (copy: Copy) => Promise<void>,
): Promise<void> {
  const { log, close } = await openAuditLog((await findStores()).databaseUrl, origin);
  try {
    const { signed, cosigned } = await log.head();
    if (signed === null) throw new TaplineError("not-found", `the log ${origin} has no checkpoint yet`);
    const { note } = cosigned?.size === signed.size ? cosigned : signed;
    const newest = { ...readSignedCheckpoint(note, keys).checkpoint, note, by: "the newest in the database" };
    await compareOn({
      ...{ what: `the database's log ${origin}`, newest },
      rootAt: (size) => log.rootAt(size),
      pathBetween: (oldSize, size) => log.consistency(oldSize, size),
    });
  } finally {
    await close();
  }
}

async function onArchives(
  origin: string,
  keys: readonly NoteKey[],
  options: GrowthOptions,
  compareOn: (copy: Copy) => Promise<void>,
): Promise<void> {
  const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
  const { targets, close } = openArchives(await placesOf(options, dataDir));
  try {
    for (const { name, archive } of targets) {
      const archived = new ArchivedLog(archive, origin);
      const newest = await archived.newest(keys);
      if (newest === null)
        throw new TaplineError("not-found", `archive ${name} holds nothing of the log ${origin}`);
      await compareOn({
        what: `archive ${name}'s copy of ${origin}`,
        newest: { ...newest, by: `the newest in archive ${name}` },
        // Read as wide as they lie there: narrower tiles need not have been kept.
        rootAt: async (size) =>
          (await archived.roots([{ start: 0, end: size }], newest.size))[0] ?? new Uint8Array(0),
        pathBetween: (oldSize, size) => archived.roots(consistencyRanges(oldSize, size), newest.size),
      });
    }
  } finally {
    await close();
  }
}

async function compare(copy: Copy, from: Claim, to: Claim, out: string | undefined): Promise<void> {
  for (const claim of [from, to])
    if (claim.size > copy.newest.size)
      return tellFork(
        `${copy.what} has ${copy.newest.size} entries, and ${claim.by} is of ${claim.size}: it was rolled back, or is behind`,
      );
  try {
    const fault = await faultOf(copy, from, to);
    if (fault !== null) return tellFork(fault);
    const proof = { from: from.note, to: to.note, path: await copy.pathBetween(from.size, to.size) };
    process.stdout.write(
      `consistent: ${copy.what} only grew from ${checkpointText(from)} (${from.by}),\n  to ${checkpointText(to)} (${to.by})\n`,
    );
    if (out !== undefined) await writeFile(out, formatGrowthProof(proof), { flag: "wx" });
  } catch (error) {
    if (!hasCode(error, "corrupt")) throw error;
    tellFork(messageOf(error));
  }
}

async function faultOf(copy: Copy, from: Claim, to: Claim): Promise<string | null> {
  const others: Claim[] = [];
  for (const claim of [from, to])
    if (claim.size > 0 && !same(await copy.rootAt(claim.size), claim.root)) others.push(claim);
  const [one] = others;
  if (one === undefined) return null;
  if (others.length === 2) return `neither checkpoint is of the history that ${copy.what} holds`;
  const other = one === from ? to : from;
  return `${copy.what} holds the history of ${other.by}, and ${one.by} is of another: its ${one.size} entries lead to another root`;
}

function tellFork(why: string): void {
  process.stdout.write(
    `FORK: ${why}\nKeep both checkpoints: the log's key signed two histories, or one of them was lost.\n`,
  );
  process.exitCode = 2;
}

/** `tapline audit verify FILE` of a proof that `--out` wrote: offline. */
export function verifyGrowthProof(text: string, keys: readonly NoteKey[]): void {
  try {
    process.stdout.write(wordsOf(checkGrowth(parseGrowthProof(text), keys)));
  } catch (error) {
    tellProofError(error, false);
  }
}

function wordsOf({ from, to }: ProvenGrowth): string {
  const seen = seenLines(to.signatures);
  return [
    `proven: the log ${from.checkpoint.origin} only grew from ${checkpointText(from.checkpoint)},`,
    `  to ${checkpointText(to.checkpoint)}: of the first nothing was changed, left out or put in between`,
    ...seen,
    `not proven: what stands in the entries${seen.length === 0 ? "; that the log showed everybody the same history: give a witness's key beside the log's" : ""}\n`,
  ].join("\n");
}
