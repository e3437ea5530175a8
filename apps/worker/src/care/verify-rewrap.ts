import {
  type DayListing,
  joinRewrap,
  type Manifest,
  rewrapOfFile,
  rewrapPaths,
} from "@tapline/core/transfer";
import { about, readObject } from "./read-archived.ts";
import { readVerifiedRewrap } from "./read-rewrap.ts";
import type { SegmentParts } from "./verify-segment.ts";

/** The rewraps in one day's folder. */
export type FoundRewraps = {
  /** Beginnings of the added recipients' key identifiers, by segment: those whose statement is there. */
  readonly of: ReadonlyMap<string, readonly string[]>;
  /** Files of rewraps whose statement is not there. */
  readonly unfinishedFiles: number;
};

/** Finds rewraps among the files of a day that are none of a segment's own three. */
export function rewrapsIn({ others }: Pick<DayListing, "others">): FoundRewraps {
  const files = others.flatMap((name) => rewrapOfFile(name) ?? []);
  const of = new Map<string, string[]>();
  for (const { segment, ski, part } of files)
    if (part === "statement") of.set(segment, [...(of.get(segment) ?? []), ski]);
  const isFinished = ({ segment, ski }: (typeof files)[number]) => of.get(segment)?.includes(ski) ?? false;
  return { of, unfinishedFiles: files.filter((file) => !isFinished(file)).length };
}

/**
 * Verifies one rewrap: signature, head, and where `readsObject`, that head and object together are what was signed.
 * @throws ArchivedFileError naming the file that is wrong
 */
export async function verifyRewrap(
  manifest: Manifest,
  ski: string,
  readsObject: boolean,
  parts: SegmentParts,
): Promise<void> {
  const { rewrap, head } = await readVerifiedRewrap(parts.reader, manifest, ski, parts);
  if (!readsObject) return;
  const object = await readObject(parts.reader, manifest);
  await about(rewrapPaths(manifest.segment, ski).head, () => joinRewrap(rewrap, head, object));
}
