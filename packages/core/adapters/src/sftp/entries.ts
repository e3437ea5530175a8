import type { ArchiveEntry } from "@tapline/core/transfer";

/** Larger than any file that Tapline archives: an object holds at most 64 MiB. */
export const maxArchivedBytes = 72 * 1024 * 1024;

interface Found {
  readonly name: string;
  readonly stats: { readonly size: number; isFile(): boolean; isDirectory(): boolean };
}

/** Files and folders sorted by name; links, devices and unfinished uploads are left out. */
export function sortedEntries(found: readonly Found[]): ArchiveEntry[] {
  return found
    .filter(({ name, stats }) => !/^\.{1,2}$|\.part$/.test(name) && (stats.isFile() || stats.isDirectory()))
    .map(({ name, stats }) =>
      stats.isFile()
        ? { name, kind: "file" as const, bytes: stats.size }
        : { name, kind: "directory" as const, bytes: 0 },
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
