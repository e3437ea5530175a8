import { DirectoryArchive, readerOfSeveral, SftpArchive, type SftpSettings } from "@tapline/adapters/sftp";
import { type ArchiveRule, firstOf } from "@tapline/core/transfer";
import type { ArchiveSource } from "../../care/archive-source.ts";
import type { ReadMeter } from "./read-meter.ts";

/** An archive: a folder of this machine, or an SFTP server. */
export type ArchivePlace = { readonly dir: string } | SftpSettings;

/** Where the archives of a plan lie, and the rule by which a segment counts. */
export type ArchivePlaces = {
  readonly targets: readonly { readonly name: string; readonly place: ArchivePlace }[];
  readonly rule: ArchiveRule;
  /** Counts what is read of them. */
  readonly meter?: ReadMeter;
};

/** An archive by its name in the settings. */
export type OpenedTarget = { readonly name: string; readonly archive: DirectoryArchive | SftpArchive };

/** The archives of a plan, opened. */
export type OpenedArchives = ArchiveSource & {
  readonly targets: readonly OpenedTarget[];
  readonly close: () => Promise<void>;
};

/**
 * Opens archives for commands; each is connected to by the first call that needs it.
 * @param onPassedOver told of an archive that could not do what another then did
 */
export function openArchives(
  { targets, rule, meter }: ArchivePlaces,
  onPassedOver: (target: string, error: unknown) => void = () => undefined,
): OpenedArchives {
  const opened = targets.map(({ name, place }) => ({ name, archive: openPlace(place) }));
  for (const { archive } of opened) meter?.watch(archive);
  const [only, ...others] = opened;
  return {
    targets: opened,
    reader: only !== undefined && others.length === 0 ? only.archive : readerOfSeveral(opened, rule.quorum),
    fromAny: (act) =>
      firstOf(
        opened,
        ({ archive }) => act(archive),
        ({ name }, error) => onPassedOver(name, error),
      ),
    close: async () => {
      await Promise.all(
        opened.map(async ({ archive }) => {
          if (archive instanceof SftpArchive) await archive.close();
        }),
      );
    },
  };
}

function openPlace(place: ArchivePlace): OpenedTarget["archive"] {
  return "dir" in place ? new DirectoryArchive(place.dir) : new SftpArchive(place);
}
