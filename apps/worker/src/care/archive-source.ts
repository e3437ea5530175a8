import type { ArchiveReader } from "@tapline/core/transfer";

/** What it takes to read what one or several archives hold together. */
export type ArchiveSource = {
  /** All of them as one. */
  readonly reader: ArchiveReader;
  /** What `act` gives for the first archive for which it does not fail. @throws where it fails for all */
  readonly fromAny: <Result>(act: (archive: ArchiveReader) => Promise<Result>) => Promise<Result>;
};
