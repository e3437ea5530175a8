import { dirname, resolve } from "node:path";
import type { SftpSettings } from "@tapline/adapters/sftp";
import { type ArchiveRule, archiveRule, mainTarget, readArchivePlan } from "@tapline/core/transfer";
import type { Config } from "./config.ts";
import { need, readSetting } from "./read-setting.ts";

/** What the settings say about the archives: each with its name, and the rule by which a segment counts. */
export type NamedArchives = {
  readonly targets: readonly { readonly name: string; readonly settings: SftpSettings }[];
  readonly rule: ArchiveRule;
};

type ArchiveSettings = Pick<
  Config,
  | "TAPLINE_ARCHIVES"
  | "TAPLINE_ARCHIVE_URL"
  | "TAPLINE_ARCHIVE_HOST_KEY"
  | "TAPLINE_ARCHIVE_KEY"
  | "TAPLINE_ARCHIVE_READBACK"
>;

/** Connections that the one archive of plain settings may get. */
const maxConnections = 2;

/** The archives of TAPLINE_ARCHIVES, or the one of the plain settings. @throws TaplineError `misconfigured` */
export async function readArchiveSettings(config: ArchiveSettings): Promise<NamedArchives> {
  if (config.TAPLINE_ARCHIVES !== undefined)
    return await readPlan(config.TAPLINE_ARCHIVES, config.TAPLINE_ARCHIVE_READBACK);
  const keyPath = need(config.TAPLINE_ARCHIVE_KEY, "TAPLINE_ARCHIVE_KEY", "transfer");
  const settings = {
    url: need(config.TAPLINE_ARCHIVE_URL, "TAPLINE_ARCHIVE_URL", "transfer"),
    hostKeyPin: need(config.TAPLINE_ARCHIVE_HOST_KEY, "TAPLINE_ARCHIVE_HOST_KEY", "transfer"),
    privateKey: await readSetting(keyPath, "TAPLINE_ARCHIVE_KEY"),
    readBackShare: config.TAPLINE_ARCHIVE_READBACK,
    maxConnections,
  };
  const targets = [{ name: mainTarget, settings }];
  return { targets, rule: archiveRule({ mode: "mirror", targets }) };
}

async function readPlan(path: string, usualShare: number): Promise<NamedArchives> {
  const plan = readArchivePlan(await readSetting(path, "TAPLINE_ARCHIVES"), path);
  const targets = plan.targets.map(
    async ({ name, hostKeys, keyFile, readBackShare = usualShare, ...rest }) => {
      const key = resolve(dirname(path), keyFile);
      const privateKey = await readSetting(key, `the key file ${key} of archive ${name}`);
      return { name, settings: { ...rest, readBackShare, hostKeyPin: hostKeys.join(","), privateKey } };
    },
  );
  return { targets: await Promise.all(targets), rule: archiveRule(plan) };
}
