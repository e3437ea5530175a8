import { ArchiveSet, SftpArchive } from "@tapline/adapters/sftp";
import { mainTarget } from "@tapline/core/transfer";
import { archiveFileOf } from "../fault-points/archive-file.ts";
import { need, readSetting } from "../pki.ts";
import type { Parts } from "./parts.ts";

/** The archives that the settings name. */
export async function openArchives({ config, instrument, telemetry }: Parts): Promise<ArchiveSet> {
  const keyPath = need(config.TAPLINE_ARCHIVE_KEY, "TAPLINE_ARCHIVE_KEY", "transfer");
  const settings = {
    url: need(config.TAPLINE_ARCHIVE_URL, "TAPLINE_ARCHIVE_URL", "transfer"),
    hostKeyPin: need(config.TAPLINE_ARCHIVE_HOST_KEY, "TAPLINE_ARCHIVE_HOST_KEY", "transfer"),
    privateKey: await readSetting(keyPath, "TAPLINE_ARCHIVE_KEY"),
    readBackShare: config.TAPLINE_ARCHIVE_READBACK,
  };
  const archive = new SftpArchive(settings, {
    onWritten: ({ bytes, readBack }) => {
      telemetry.count("archive.written_bytes", bytes);
      if (readBack) telemetry.count("archive.read_back_bytes", bytes);
    },
  });
  const watched = instrument("archive", archive, {
    promising: ["connect", "put", "read", "stat", "list", "quarantine"],
    detailOf: (method, [path]) => (method === "put" ? archiveFileOf(String(path)) : null),
  });
  return instrument("archives", new ArchiveSet([{ name: mainTarget, archive: watched }]));
}
