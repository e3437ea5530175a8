import { mkdir } from "node:fs/promises";
import { type ErrorCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { archivedSegments, objectPaths } from "@tapline/core/transfer";
import type { ArchiveSource } from "../../care/archive-source.ts";
import { ClosedObjectError } from "../../care/read-rewrap.ts";
import { type RestoreKeys, restoreSegment } from "./restore-segment.ts";

/** An object that could not be restored, and why. */
export interface RestoreFailure {
  readonly object: string;
  readonly code: ErrorCode | "unexpected";
  readonly message: string;
}

/** Told of each segment that was not restored. */
export type RestoreTeller = {
  readonly onFailure: (failure: RestoreFailure) => void;
  readonly onClosed: (closed: RestoreFailure) => void;
};

/** What a restore did. `segments` = restored + present + failed + closed. */
export interface RestoreSummary {
  readonly segments: number;
  readonly restored: number;
  readonly present: number;
  /** Taps in segments restored or present. */
  readonly taps: number;
  readonly failed: readonly RestoreFailure[];
  /** Those that no key at hand opens, as they were archived as far as can be told without it. */
  readonly closed: readonly RestoreFailure[];
}

/** Segments restored at once: reading waits for the wire, decrypting for the processor. */
const atOnce = 4;

/**
 * Restores every committed segment, each from the first archive that has it unaltered; one that fails does not stop the
 * others.
 * @throws TaplineError where the archive cannot be listed or `outDir` not be made
 */
export async function restoreArchive(
  { reader, fromAny }: ArchiveSource,
  outDir: string,
  keys: RestoreKeys,
  tell: RestoreTeller,
): Promise<RestoreSummary> {
  await makeFolder(outDir);
  const counts = { restored: 0, present: 0 };
  let taps = 0;
  const [failed, closed]: [RestoreFailure[], RestoreFailure[]] = [[], []];
  const segments = archivedSegments(reader);
  const work = async (): Promise<void> => {
    for (let next = await segments.next(); next.done !== true; next = await segments.next()) {
      try {
        const segment = next.value;
        const done = await fromAny((archive) => restoreSegment(archive, segment, outDir, keys));
        counts[done.outcome] += 1;
        taps += done.taps;
      } catch (error) {
        const failure = failureOf(next.value, error);
        const isClosed = error instanceof ClosedObjectError;
        (isClosed ? closed : failed).push(failure);
        tell[isClosed ? "onClosed" : "onFailure"](failure);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  const segmentsSeen = counts.restored + counts.present + failed.length + closed.length;
  return { segments: segmentsSeen, ...counts, taps, failed, closed };
}

/** A failure as it is told. */
export function failureOf(segment: string, error: unknown): RestoreFailure {
  const code = error instanceof TaplineError ? error.code : "unexpected";
  return { object: objectPaths(segment).object, code, message: messageOf(error) };
}

async function makeFolder(outDir: string): Promise<void> {
  try {
    await mkdir(outDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new TaplineError("misconfigured", `the folder ${outDir} cannot be made: ${messageOf(cause)}`, {
      remedy: "Choose another folder by --out.",
      cause,
    });
  }
}
