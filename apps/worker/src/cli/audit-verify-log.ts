import type { AuditLog } from "@tapline/adapters/prisma";
import {
  ArchivedLog,
  type Checkpoint,
  checkpointText,
  type LogPart,
  type NoteKey,
  readSignedCheckpoint,
  type WalkedLog,
  walkLog,
} from "@tapline/core/audit";
import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { openAuditLog } from "../wire/commands/audit.ts";
import { type OpenedTarget, openArchives } from "../wire/commands/open-archives.ts";
import { type PlaceOptions, placesOf } from "./archive-place.ts";
import { archiveSettings } from "./config.ts";
import { findDataDir } from "./find-data-dir.ts";
import { findStores } from "./find-stores.ts";
import { type ProgressOptions, tellProgress } from "./progress.ts";
import { readGivenText } from "./read-given.ts";

export interface VerifyLogOptions extends PlaceOptions, ProgressOptions {
  readonly log?: string;
  readonly fromArchive?: boolean;
  readonly checkpoint?: readonly string[];
}

/** A checkpoint that a log must reach, and who says so. */
type Claim = Checkpoint & { readonly by: string };

/** `tapline audit verify --full`: every entry of a log, from the database or from an archive's files alone. */
export async function verifyLog(keys: readonly NoteKey[], options: VerifyLogOptions): Promise<void> {
  const given = await Promise.all((options.checkpoint ?? []).map((file) => readClaim(file, keys)));
  const { targets, close } = await openTargets(options);
  try {
    if (options.fromArchive === true)
      for (const target of targets) await verifyArchived(target, given, keys, options);
    else await verifyDatabase(targets, given, keys, options);
  } finally {
    await close();
  }
}

/** None where no archive is known and the database is what is to be verified. */
async function openTargets(
  options: VerifyLogOptions,
): Promise<{ readonly targets: readonly OpenedTarget[]; readonly close: () => Promise<void> }> {
  try {
    const dataDir = await findDataDir(archiveSettings().dataDir, process.cwd());
    return openArchives(await placesOf(options, dataDir));
  } catch (error) {
    if (options.fromArchive === true || !hasCode(error, "misconfigured")) throw error;
    process.stderr.write(`not compared with an archive: ${error.message}\n`);
    return { targets: [], close: () => Promise.resolve() };
  }
}

async function readClaim(file: string, keys: readonly NoteKey[]): Promise<Claim> {
  return claimOf(await readGivenText(file), file, keys);
}

const claimOf = (text: string, by: string, keys: readonly NoteKey[]): Claim => ({
  ...readSignedCheckpoint(text, keys).checkpoint,
  by,
});

async function verifyDatabase(
  targets: readonly OpenedTarget[],
  given: readonly Claim[],
  keys: readonly NoteKey[],
  options: VerifyLogOptions,
): Promise<void> {
  const { name, log, close } = await openAuditLog((await findStores()).databaseUrl, options.log);
  try {
    const claims = [...given, ...(await ownClaims(name, log, keys))];
    for (const { name: target, archive } of targets)
      claims.push(...(await archivedClaim(target, new ArchivedLog(archive, name), keys)));
    await walk(`the database's log ${name}`, (size) => log.parts(size), claims, options);
  } finally {
    await close();
  }
}

async function ownClaims(name: string, log: AuditLog, keys: readonly NoteKey[]): Promise<Claim[]> {
  const { signed, cosigned } = await log.head();
  if (signed === null) throw new TaplineError("not-found", `the log ${name} has no checkpoint yet`);
  const of = cosigned === null ? [] : [claimOf(cosigned.note, "the newest that was cosigned", keys)];
  return [...of, claimOf(signed.note, "the newest in the database", keys)];
}

/** An archive that is away cannot witness: said, and not taken for a fault of the log. */
async function archivedClaim(
  target: string,
  archived: ArchivedLog,
  keys: readonly NoteKey[],
): Promise<Claim[]> {
  try {
    const newest = await archived.newest(keys);
    if (newest !== null)
      return [{ ...newest, by: `the newest in archive ${target}, of ${newest.size} entries` }];
    process.stderr.write(`not compared with archive ${target}: it holds nothing of this log yet\n`);
  } catch (error) {
    if (hasCode(error, "corrupt")) tellFault(`archive ${target}`, error.message);
    else process.stderr.write(`not compared with archive ${target}: ${messageOf(error)}\n`);
  }
  return [];
}

async function verifyArchived(
  { name, archive }: OpenedTarget,
  given: readonly Claim[],
  keys: readonly NoteKey[],
  options: ProgressOptions,
): Promise<void> {
  for (const key of keys.filter(({ kind }) => kind === "log")) {
    const archived = new ArchivedLog(archive, key.name);
    const claims: Claim[] = [...given];
    try {
      for await (const checkpoint of archived.checkpoints(keys))
        claims.push({ ...checkpoint, by: `archive ${name}'s checkpoint of ${checkpoint.size} entries` });
    } catch (error) {
      if (!hasCode(error, "corrupt")) throw error;
      tellFault(`archive ${name}'s copy of ${key.name}`, error.message);
      continue;
    }
    if (claims.length === given.length)
      throw new TaplineError("not-found", `archive ${name} holds nothing of the log ${key.name}`, {
        remedy: "the role audit puts it there, every TAPLINE_AUDIT_ARCHIVE_SECONDS",
      });
    await walk(`archive ${name}'s copy of ${key.name}`, (size) => archived.parts(size), claims, options);
  }
}

async function walk(
  what: string,
  parts: (size: number) => AsyncIterable<LogPart>,
  claims: readonly Claim[],
  options: ProgressOptions,
): Promise<void> {
  const sorted = claims.toSorted((a, b) => a.size - b.size);
  const last = sorted.at(-1);
  if (last === undefined) return;
  let done = 0;
  const stop = tellProgress(options, () => ({ done, of: last.size, unit: ["entry", "entries"] }));
  const onProgress = (entries: number): void => {
    done = entries;
  };
  const fault = await walkLog(parts(last.size), sorted, onProgress)
    .then(
      (walked) => faultOf(walked, sorted),
      (error: unknown) => {
        if (hasCode(error, "corrupt")) return error.message;
        throw error;
      },
    )
    .finally(stop);
  if (fault !== null) return tellFault(what, fault);
  process.stdout.write(
    `whole: ${what}, ${checkpointText(last)}\n${sorted.map((claim) => `  fits: ${claim.by}\n`).join("")}`,
  );
}

function tellFault(what: string, fault: string): void {
  process.stdout.write(`NOT whole: ${what}: ${fault}\n`);
  process.exitCode = 2;
}

function faultOf(walked: WalkedLog, claims: readonly Claim[]): string | null {
  if (walked.is === "whole") return null;
  if (walked.is === "changed") return changedText(walked);
  if (walked.is === "miscounted") {
    const first = claims.find(({ size }) => size > walked.size);
    return `there are ${walked.size} entries, and it takes ${first?.size} to reach ${first?.by}`;
  }
  const claim = claims.find(({ size }) => size === walked.size);
  const fits = claims.findLast(({ size }) => size < walked.size)?.size ?? 0;
  return `its first ${walked.size} entries lead to another root than that of ${claim?.by}: the history was rewritten behind entry ${fits}`;
}

function changedText({ indexes, more, endedBy }: Extract<WalkedLog, { is: "changed" }>): string {
  const [first, ...others] = indexes;
  return [
    `entry ${first} is not the one that was recorded`,
    ...(others.length === 0 ? [] : [`, nor is ${others.join(", ")}`]),
    ...(more === 0 ? [] : [` and ${more} more`]),
    ...(endedBy === null ? [] : [`; behind that: ${endedBy}`]),
  ].join("");
}
