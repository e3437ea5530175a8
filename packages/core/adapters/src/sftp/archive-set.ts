import { objectPaths } from "@tapline/core/transfer";
import type { SftpArchive } from "./sftp-archive.ts";

/** One of the archives that segments go to, by its name in the settings. */
export type ArchiveTarget = { readonly name: string; readonly archive: SftpArchive };

/** The three files of a segment as they are stored. */
export type SegmentFiles = { readonly object: Buffer; readonly manifest: Buffer; readonly signature: Buffer };

/** Every archive that segments go to. */
export class ArchiveSet {
  readonly targets: readonly ArchiveTarget[];

  /** Where one archive is enough. */
  readonly first: SftpArchive;

  constructor(targets: readonly [ArchiveTarget, ...ArchiveTarget[]]) {
    this.targets = targets;
    this.first = targets[0].archive;
  }

  /** Connects ahead of the first segment. */
  async connect(): Promise<void> {
    await Promise.all(this.targets.map(({ archive }) => archive.connect()));
  }

  /**
   * Stores a segment: object and signature, then the manifest, whose presence is the commit. Safe to run again.
   * @returns names of the targets that hold it
   */
  async storeSegment(id: string, { object, manifest, signature }: SegmentFiles): Promise<string[]> {
    const paths = objectPaths(id);
    for (const { archive } of this.targets) {
      await Promise.all([archive.put(paths.object, object), archive.put(paths.signature, signature)]);
      await archive.put(paths.manifest, manifest);
    }
    return this.targets.map(({ name }) => name);
  }

  /** Takes a segment out of the count of every archive, keeping its bytes. */
  async quarantine(id: string): Promise<void> {
    for (const { archive } of this.targets) await archive.quarantine(id);
  }

  async close(): Promise<void> {
    await Promise.all(this.targets.map(({ archive }) => archive.close()));
  }
}
