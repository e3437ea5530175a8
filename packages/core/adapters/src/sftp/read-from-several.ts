import { hasCode, messageOf, TaplineError } from "@tapline/core/kernel";
import { type ArchiveEntry, type ArchiveReader, firstOf } from "@tapline/core/transfer";

type Readable = { readonly archive: ArchiveReader };

/** One archive out of several, for whoever reads. */
export function readerOfSeveral(targets: readonly Readable[], quorum: number): ArchiveReader {
  return {
    /** From the first archive that has it. */
    read: (path) => firstOf(targets, ({ archive }) => archive.read(path)),
    /** From the first archive that has it; null where none of those that could hold a counting copy has. */
    stat: async (path) => {
      const answers = await sureAnswers(targets, quorum, ({ archive }) => archive.stat(path));
      return answers.find((entry) => entry !== null) ?? null;
    },
    list: (dir) => mergedListing(targets, quorum, dir),
  };
}

/**
 * Answers of all that can be reached.
 * @throws TaplineError where so many are away that a segment which counts could lie at those alone
 */
async function sureAnswers<T>(
  targets: readonly Readable[],
  quorum: number,
  ask: (target: Readable) => Promise<T>,
): Promise<T[]> {
  const outcomes = await Promise.allSettled(targets.map(async (target) => await ask(target)));
  const answers = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  const faults = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  if (faults.length < quorum) return answers;
  if (targets.length === 1 || !hasCode(faults[0], "unavailable")) throw faults[0];
  throw new TaplineError(
    "unavailable",
    `${faults.length} of ${targets.length} archives do not answer, and what counts may lie at those alone: ${messageOf(faults[0])}`,
    { remedy: "Wait until they do, or look at one archive alone, by its name.", cause: faults[0] },
  );
}

/** What lies in a folder of any of them, by name. @throws `not-found` where none has the folder */
async function mergedListing(
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
