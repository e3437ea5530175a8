import {
  ArchiveCopies,
  ArchiveNotes,
  DeclaredArchivesFact,
  ReadBacks,
  Turns,
} from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { readArchiveSettings } from "../archive-settings.ts";
import { transferSegment } from "../jobs/transfer-segment.ts";
import { readProcessKey } from "../process-keys.ts";
import { need, readSetting } from "../read-setting.ts";
import { startCatchUp } from "../roles/catch-up.ts";
import { startDeclaring } from "../roles/declare-archives.ts";
import type { Role } from "../roles/role.ts";
import { startStage } from "../roles/stage.ts";
import { openAskedTasks } from "./asked-tasks.ts";
import type { Parts } from "./parts.ts";

export async function startTransfer(parts: Parts, archives: ArchiveSet): Promise<Role> {
  const processKey = await readProcessKey(parts.config);
  const trustFile = need(parts.config.TAPLINE_TRUST, "TAPLINE_TRUST", "transfer");
  const pem = await readSetting(trustFile, "TAPLINE_TRUST");
  const own = { trust: { rootPems: [pem], crlPems: [pem] }, notes: new ArchiveNotes(parts.prisma) };
  const stage = parts.instrument("transfer", {
    run: async (id: string) => await transferSegment(id, { ...parts, ...own, archives, processKey }),
  });
  startStage("transfer", stage.run, parts);
  const copies = parts.instrument("copies", new ArchiveCopies(parts.prisma));
  const readBacks = new ReadBacks(parts.prisma);
  const named = await readArchiveSettings(parts.config);
  const roles = [
    startCatchUp({ ...parts, archives, copies, readBacks, turns: new Turns(parts.prisma) }),
    openAskedTasks(parts, archives, own.trust),
    startDeclaring({ ...parts, named, declared: new DeclaredArchivesFact(parts.prisma) }),
  ];
  return {
    stop: async (graceMs) => {
      await Promise.all(roles.map((role) => role.stop(graceMs)));
    },
  };
}
