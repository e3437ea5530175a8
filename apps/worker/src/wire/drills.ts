import { RestoreDrills, Turns } from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { readRecipient } from "@tapline/core/encryption";
import type { DrillParts } from "../care/restore-drill.ts";
import type { Config } from "../config.ts";
import { keyFilesIn } from "../keys/key-folder.ts";
import { need, readSetting } from "../read-setting.ts";
import { startDrills } from "../roles/drill.ts";
import type { Role } from "../roles/role.ts";
import type { Parts } from "./parts.ts";

const minuteMs = 60_000;

export async function openDrills(parts: Parts, archives: ArchiveSet): Promise<Role> {
  const { config, prisma, log } = parts;
  const trust = await readSetting(need(config.TAPLINE_TRUST, "TAPLINE_TRUST", "audit"), "TAPLINE_TRUST");
  const keyFiles = await drillKeys(config);
  const everyMs = config.TAPLINE_DRILL_EVERY_MINUTES * minuteMs;
  if (keyFiles === null && everyMs > 0)
    log.info(
      "restore drills have no key (TAPLINE_DRILL_KEYS): they check all but what lies within the envelope",
    );
  return startDrills({
    ...parts,
    ...{ everyMs, keyFiles, targets: archives.targets, among: null, chance: Math.random },
    trust: { rootPems: [trust], crlPems: [trust] },
    drills: parts.instrument("drills", new RestoreDrills(prisma)),
    turns: new Turns(prisma),
  });
}

/**
 * Null where drills are to have no key.
 * @throws TaplineError `misconfigured` where only one half of a pair is named, or keys cannot be found
 */
async function drillKeys(config: Config): Promise<DrillParts["keyFiles"]> {
  const { TAPLINE_DRILL_CERT: cert, TAPLINE_DRILL_KEY: key, TAPLINE_DRILL_KEYS: folder } = config;
  if (cert === undefined && key === undefined && folder === undefined) return null;
  const named =
    cert === undefined && key === undefined
      ? null
      : {
          certFile: need(cert, "TAPLINE_DRILL_CERT", "audit"),
          keyFile: need(key, "TAPLINE_DRILL_KEY", "audit"),
        };
  const find = async () => {
    const rack = new Map(folder === undefined ? [] : await keyFilesIn(folder));
    if (named === null) return rack;
    return rack.set(readRecipient(await readSetting(named.certFile, "TAPLINE_DRILL_CERT")).ski, named);
  };
  await find();
  return find;
}
