import { ArchiveHolds, type ArchiveIndex, type PrismaClient } from "@tapline/adapters/prisma";
import type { DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import { hasCode } from "@tapline/core/kernel";
import { type Reconciled, type ReconcileParts, reconcileArchive } from "../jobs/reconcile-archive.ts";

const reconcileDays = 30;
const dayMs = 24 * 3_600_000;

type Target = { readonly name: string; readonly archive: SftpArchive | DirectoryArchive };

type Hooks = Pick<ReconcileParts, "onFault" | "onSettled"> & {
  /** Told of an archive, not the first, that did not answer: the schedule compares it later. */
  readonly onAway?: (target: string, error: unknown) => void;
};

/** Brings the index level with the archives, one after the other: the recent days, or all of them. */
export function reconciler(
  parts: Pick<ReconcileParts, "clock"> & { readonly index: ArchiveIndex; readonly prisma: PrismaClient },
  targets: readonly Target[],
  trust: string,
  hooks: Hooks,
) {
  const { index, clock, prisma } = parts;
  const holds = new ArchiveHolds(prisma, clock);
  return async (span: "recent" | "all"): Promise<Reconciled> => {
    const since = span === "all" ? "" : dayFolderOf(clock() - reconcileDays * dayMs);
    const sum = { known: 0, adopted: 0, quarantined: 0, faults: 0 };
    for (const [i, { name, archive }] of targets.entries()) {
      try {
        const found = await reconcileArchive(since, {
          ...{ archive, index, clock, holds, trust: { rootPems: [trust], crlPems: [trust] } },
          ...{ copies: () => [name], ...hooks },
        });
        for (const key of Object.keys(sum) as (keyof Reconciled)[]) sum[key] += found[key];
      } catch (error) {
        if (i === 0 || !hasCode(error, "unavailable")) throw error;
        hooks.onAway?.(name, error);
      }
    }
    return sum;
  };
}

function dayFolderOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10).replaceAll("-", "/");
}
