import { hasCode } from "@tapline/core/kernel";
import { type ArchiveReader, objectPaths } from "@tapline/core/transfer";
import { type Verified, type VerifyParts, type VerifyWish, verifyArchive } from "./verify-archive.ts";
import type { ArchiveFault } from "./verify-segment.ts";

/** An archive, and what was found in it; `error` where it does not answer. */
export type VerifiedArchive = { readonly archive: string } & (
  | { readonly found: Verified }
  | { readonly error: Error }
);

export type VerifyArchivesParts = Omit<VerifyParts, "reader" | "target" | "onFault" | "onDay"> & {
  readonly targets: readonly { readonly name: string; readonly archive: ArchiveReader }[];
  /** True where an archive need hold only what the index says that it does; false: it must hold all. */
  readonly isOneOfSeveral: boolean;
  /** @param archive null where a fault is none of one archive's */
  readonly onFault: (archive: string | null, fault: ArchiveFault) => void;
  readonly onDay: (
    archive: string,
    day: string,
    soFar: Verified,
    read: readonly string[],
  ) => Promise<void> | void;
};

/**
 * Verifies archives one after the other, and whether each tap lies in one segment alone, whatever archives that lies in.
 * One that does not answer is passed over, and said.
 * @returns what was found in each, and how many taps or ranges of them lie in two segments
 */
export async function verifyArchives(
  wish: VerifyWish,
  parts: VerifyArchivesParts,
): Promise<{ readonly archives: readonly VerifiedArchive[]; readonly doubled: number }> {
  const archives: VerifiedArchive[] = [];
  for (const { name, archive } of parts.targets)
    try {
      const found = await verifyArchive(wish, {
        ...parts,
        ...{ reader: archive, target: parts.isOneOfSeveral ? name : null },
        onFault: (fault) => parts.onFault(name, fault),
        onDay: (day, soFar, read) => parts.onDay(name, day, soFar, read),
      });
      archives.push({ archive: name, found });
    } catch (error) {
      if (parts.targets.length === 1 || !hasCode(error, "unavailable")) throw error;
      archives.push({ archive: name, error });
    }
  return { archives, doubled: await tellDoubled(parts) };
}

async function tellDoubled({ names, onFault }: VerifyArchivesParts): Promise<number> {
  let doubled = 0;
  for await (const { scope, subject, epoch, first, last, segments } of names.doubled()) {
    const numbers = first === last ? `${first}` : `${first}-${last}`;
    const [one, other] = segments.map((id) => objectPaths(id).object);
    doubled += 1;
    onFault(null, {
      ...{ segment: segments[1], file: other ?? "", code: "conflict" },
      message: `${scope} ${subject}, epoch ${epoch}, number ${numbers}: the same taps lie in ${one}`,
    });
  }
  return doubled;
}
