import type { ArchiveReader } from "@tapline/core/transfer";

/** What a command has read of archives so far. */
export class ReadMeter {
  files = 0;
  bytes = 0;

  /** Counts what is read by `archive` from now on. */
  watch(archive: Pick<ArchiveReader, "read">): void {
    const read = archive.read.bind(archive);
    archive.read = async (path) => {
      const bytes = await read(path);
      this.files += 1;
      this.bytes += bytes.length;
      return bytes;
    };
  }
}
