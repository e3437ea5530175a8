import type { ArchiveIndex } from "@tapline/adapters/prisma";
import type { DirectoryArchive, SftpArchive } from "@tapline/adapters/sftp";
import { type Reconciled, type ReconcileParts, reconcileArchive } from "../jobs/reconcile-archive.ts";

const reconcileDays = 30;
const dayMs = 24 * 3_600_000;

/** Brings the index level with the archive: the recent days, or all of it. */
export function reconciler(
  parts: Pick<ReconcileParts, "clock"> & { readonly index: ArchiveIndex },
  archive: SftpArchive | DirectoryArchive,
  trust: string,
  hooks: Pick<ReconcileParts, "onFault" | "onSettled">,
) {
  const { index, clock } = parts;
  return async (span: "recent" | "all"): Promise<Reconciled> => {
    const since = new Date(clock() - reconcileDays * dayMs);
    return await reconcileArchive(
      span === "all" ? "" : since.toISOString().slice(0, 10).replaceAll("-", "/"),
      { archive, index, clock, trust: { rootPems: [trust], crlPems: [trust] }, ...hooks },
    );
  };
}
