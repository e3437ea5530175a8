import { hasCode } from "@tapline/core/kernel";
import type { ArchiveEntry, ArchiveReader } from "@tapline/core/transfer";

type Readable = { readonly archive: ArchiveReader };

/** The first answer that is none of a fault; where there is none, the most telling fault: not `not-found`, if any. */
export async function firstOf<T>(
  targets: readonly Readable[],
  ask: (target: Readable) => Promise<T>,
): Promise<T> {
  const faults: unknown[] = [];
  for (const target of targets)
    try {
      return await ask(target);
    } catch (error) {
      if (hasCode(error, "invalid-input")) throw error;
      faults.push(error);
    }
  throw faults.find((error) => !hasCode(error, "not-found")) ?? faults[0];
}

/**
 * Answers of all that can be reached.
 * @throws the first fault, where so many are away that a segment which counts could lie at those alone
 */
export async function sureAnswers<T>(
  targets: readonly Readable[],
  quorum: number,
  ask: (target: Readable) => Promise<T>,
): Promise<T[]> {
  const outcomes = await Promise.allSettled(targets.map(async (target) => await ask(target)));
  const answers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const faults = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  if (faults.length >= quorum) throw faults[0];
  return answers;
}

/** What lies in a folder of any of them, by name. @throws `not-found` where none has the folder */
export async function mergedListing(
  targets: readonly Readable[],
  quorum: number,
  dir: string,
): Promise<ArchiveEntry[]> {
  const missing: unknown[] = [];
  const listings = await sureAnswers(targets, quorum, async ({ archive }) => {
    try {
      return await archive.list(dir);
    } catch (error) {
      if (!hasCode(error, "not-found")) throw error;
      missing.push(error);
      return null;
    }
  });
  const found = listings.filter((listing) => listing !== null);
  if (found.length === 0) throw missing[0];
  const entries = new Map(found.flat().map((entry) => [entry.name, entry]));
  return [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
