import { randomBytes, randomInt } from "node:crypto";
import type { ArchiveCopies, ArchiveTask, CopySource } from "@tapline/adapters/prisma";
import type { ArchiveSet, ArchiveTarget } from "@tapline/adapters/sftp";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
import { messageOf, sha256, TaplineError } from "@tapline/core/kernel";
import type { TelemetryRecorder } from "@tapline/core/telemetry";
import { checkObject, type Manifest, objectPaths, readManifest } from "@tapline/core/transfer";
import { copyRewrap } from "../care/copy-rewrap.ts";

export type CatchUpParts = {
  readonly copies: ArchiveCopies;
  readonly archives: Pick<ArchiveSet, "targets" | "wanted">;
  readonly telemetry: Pick<TelemetryRecorder, "count">;
  readonly clock: () => number;
  /** Told of each attempt that failed; it is made again. */
  readonly onFault: (task: ArchiveTask, error: unknown) => void;
};

const pageSize = 1_000;
/** A transaction that records a segment takes milliseconds; this is far beyond. */
const settleMs = 60_000;
/** Longer than one object takes over a slow line; whoever is killed meanwhile leaves the task to the next. */
const leaseMs = 15 * 60_000;
const maxPostponeMs = 10 * 60_000;

/**
 * One step towards every archive holding what it should: compares a page of the index with each archive that shall be
 * complete, then does one task. Several processes may do so side by side.
 * @returns true where there may be more to do at once
 */
export async function catchUpArchive(parts: CatchUpParts): Promise<boolean> {
  let isBehind = false;
  for (const { name } of parts.archives.wanted)
    isBehind = (await parts.copies.scan(name, pageSize, settleMs)).scanned === pageSize || isBehind;
  const able = parts.archives.targets.filter(({ archive }) => !archive.isResting);
  const names = able.map(({ name }) => name);
  const task = names.length === 0 ? null : await parts.copies.take(names, leaseMs);
  if (task === null) return isBehind;
  try {
    await steps[task.kind](task, parts);
  } catch (error) {
    parts.telemetry.count("archive.copy_failed");
    parts.onFault(task, error);
    const boundMs = Math.min(maxPostponeMs, 1_000 * 2 ** Math.min(task.attempts, 20));
    await parts.copies.postpone(task, randomInt(boundMs) + 1_000, messageOf(error));
  }
  return true;
}

const steps = { copy, withdraw, rewrap: copyRewraps } as const;

/** Copies a segment as it is, manifest last, so that it counts at the target only once it is whole. No key is needed. */
async function copy(task: ArchiveTask, parts: CatchUpParts): Promise<void> {
  const source = await parts.copies.source(task.segment);
  if (source === null) return await parts.copies.settle(task, null);
  const { archive } = targetOf(task.target, parts);
  const { from, object, manifest, signature } = await readFromAny(task, source, parts);
  const paths = objectPaths(task.segment);
  const others = [
    { path: paths.object, bytes: object },
    { path: paths.signature, bytes: signature },
  ];
  await archive.putTogether(others, { path: paths.manifest, bytes: manifest });
  parts.telemetry.count("archive.copied_bytes", object.length);
  const facts = { target: task.target, from, bytes: object.length };
  // Asked for before the copy is noted, so that whoever is killed in between leaves the one or the other.
  if (rewrapKeys(readManifest(manifest), source).length > 0)
    await parts.copies.lacksRewraps(task.segment, task.target);
  await parts.copies.noteCopy(task.segment, task.target, entryOf("segment.copied", task, facts, parts));
}

/** The files from the first archive that has them unaltered. */
async function readFromAny(task: ArchiveTask, source: CopySource, parts: CatchUpParts) {
  const faults: string[] = [];
  for (const name of source.targets.filter((target) => target !== task.target))
    try {
      const files = await readChecked(task.segment, source, targetOf(name, parts));
      return { from: name, ...files };
    } catch (error) {
      faults.push(`${name}: ${messageOf(error)}`);
    }
  const why = faults.length === 0 ? "no other archive is known to hold it" : faults.join("; ");
  throw new TaplineError(
    "unavailable",
    `segment ${task.segment} cannot be copied to ${task.target}: ${why}`,
    {
      remedy: "It is tried again. Where a copy is damaged, see tapline archive verify.",
    },
  );
}

async function readChecked(segment: string, source: CopySource, { archive }: ArchiveTarget) {
  const paths = objectPaths(segment);
  const [manifest, signature] = [await archive.read(paths.manifest), await archive.read(paths.signature)];
  if (!sha256(manifest).equals(source.manifestDigest))
    throw new TaplineError("corrupt", "the manifest is not the one that was recorded");
  const object = await archive.read(paths.object);
  checkObject(readManifest(manifest), object);
  if (!sha256(object).equals(source.objectDigest))
    throw new TaplineError("corrupt", "the object is not the one that was recorded");
  return { object, manifest, signature };
}

/** Copies what rewraps of a segment an archive lacks, from the others that hold it. */
async function copyRewraps(task: ArchiveTask, parts: CatchUpParts): Promise<void> {
  const source = await parts.copies.source(task.segment);
  if (source === null) return await parts.copies.settle(task, null);
  const { archive } = targetOf(task.target, parts);
  const manifest = await archive.read(objectPaths(task.segment).manifest);
  if (!sha256(manifest).equals(source.manifestDigest))
    throw new TaplineError("corrupt", "the manifest is not the one that was recorded");
  const others = source.targets.filter((name) => name !== task.target);
  const from = others.map((name) => targetOf(name, parts).archive);
  let copied = 0;
  for (const ski of rewrapKeys(readManifest(manifest), source))
    if (await copyRewrap(readManifest(manifest), ski, from, archive)) copied += 1;
  const facts = { target: task.target, rewraps: copied };
  await parts.copies.settle(
    task,
    copied === 0 ? null : entryOf("segment.rewraps-copied", task, facts, parts),
  );
}

/** Keys that open a segment, and that its manifest does not name. */
function rewrapKeys({ recipients }: Manifest, { keys }: CopySource): string[] {
  return keys.filter((key) => !recipients.some(({ ski }) => ski === key));
}

async function withdraw(task: ArchiveTask, parts: CatchUpParts): Promise<void> {
  await targetOf(task.target, parts).archive.quarantine(task.segment);
  const facts = { target: task.target };
  await parts.copies.settle(task, entryOf("segment.copy-withdrawn", task, facts, parts));
}

function targetOf(name: string, { archives }: CatchUpParts): ArchiveTarget {
  const target = archives.targets.find((one) => one.name === name);
  if (target !== undefined) return target;
  throw new TaplineError("misconfigured", `no archive of the settings is named ${name}`, {
    remedy: "Name it in TAPLINE_ARCHIVES again, for as long as it holds segments that others lack.",
  });
}

function entryOf(
  action: AuditEntry["action"],
  { segment }: ArchiveTask,
  facts: AuditEntry["facts"],
  { clock }: CatchUpParts,
): AuditEntry {
  return newEntry(clock(), randomBytes, {
    ...{ actor: { kind: "job", id: "transfer" }, action, subject: `segment/${segment}`, reason: null, facts },
  });
}
