import { segmentOfManifest } from "./object-paths.ts";

/** One file or folder in an archive. */
export interface ArchiveEntry {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Size of a file; 0 for a folder. */
  readonly bytes: number;
}

/**
 * The read side of an archive: an SFTP server, or a local copy. Paths are relative to the archive's root
 * (see `checkArchivePath`). Errors: `not-found` where nothing lies there, `unavailable` where the archive does not
 * answer, `invalid-input` for a path that leads outside.
 */
export interface ArchiveReader {
  /** The whole file. @throws TaplineError `corrupt` where it is larger than any archived file may be */
  read(path: string): Promise<Buffer>;
  /** `null` where nothing lies there. */
  stat(path: string): Promise<ArchiveEntry | null>;
  /** What lies in a folder, sorted by name; uploads that are not finished (`.part`) are left out. */
  list(dir: string): Promise<ArchiveEntry[]>;
}

/**
 * Every committed segment of an archive, oldest first: those whose manifest is there.
 * @param sinceDay `YYYY/MM/DD` of the first day to look at; "" = all
 */
export async function* archivedSegments(reader: ArchiveReader, sinceDay = ""): AsyncGenerator<string> {
  for await (const day of archivedDays(reader, sinceDay))
    for (const { name } of await reader.list(day)) {
      const segment = segmentOfManifest(name);
      if (segment !== null) yield segment;
    }
}

/** Every day folder of an archive, `YYYY/MM/DD`, oldest first. @param sinceDay the first one to name; "" = all */
export async function* archivedDays(reader: ArchiveReader, sinceDay = ""): AsyncGenerator<string> {
  const reached = (folder: string): boolean => folder >= sinceDay.slice(0, folder.length);
  for (const year of (await folders(reader, "", /^\d{4}$/)).filter(reached))
    for (const month of (await folders(reader, year, /^\d{2}$/)).filter(reached))
      yield* (await folders(reader, month, /^\d{2}$/)).filter(reached);
}

async function folders(reader: ArchiveReader, dir: string, name: RegExp): Promise<string[]> {
  const entries = await reader.list(dir);
  const found = entries.filter((entry) => entry.kind === "directory" && name.test(entry.name));
  return found.map((entry) => (dir === "" ? entry.name : `${dir}/${entry.name}`));
}
