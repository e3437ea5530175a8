import { ArchiveSet, SftpArchive } from "@tapline/adapters/sftp";
import { mainTarget } from "@tapline/core/transfer";
import type { Config } from "../config.ts";
import { need, readSetting } from "../pki.ts";

/** The archives that the settings name. */
export async function openArchives(config: Config): Promise<ArchiveSet> {
  const keyPath = need(config.TAPLINE_ARCHIVE_KEY, "TAPLINE_ARCHIVE_KEY", "transfer");
  const archive = new SftpArchive({
    url: need(config.TAPLINE_ARCHIVE_URL, "TAPLINE_ARCHIVE_URL", "transfer"),
    hostKeyPin: need(config.TAPLINE_ARCHIVE_HOST_KEY, "TAPLINE_ARCHIVE_HOST_KEY", "transfer"),
    privateKey: await readSetting(keyPath, "TAPLINE_ARCHIVE_KEY"),
  });
  return new ArchiveSet([{ name: mainTarget, archive }]);
}
