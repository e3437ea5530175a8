import { KeyMap } from "@tapline/adapters/keys";
import { ArchiveCopies, ArchiveHolds, ArchiveNotes, SegmentCatalogue, Turns } from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { need, readSetting } from "../read-setting.ts";
import { startReconcile } from "../roles/reconcile.ts";
import type { Role } from "../roles/role.ts";
import type { Parts } from "./parts.ts";

const [minuteMs, hourMs] = [60_000, 3_600_000];

export async function openReconcile(parts: Parts, archives: ArchiveSet): Promise<Role> {
  const { config, prisma, clock } = parts;
  const trust = await readSetting(need(config.TAPLINE_TRUST, "TAPLINE_TRUST", "audit"), "TAPLINE_TRUST");
  return startReconcile({
    ...parts,
    targets: archives.targets,
    trust: { rootPems: [trust], crlPems: [trust] },
    everyMs: config.TAPLINE_RECONCILE_EVERY_MINUTES * minuteMs,
    leftoverAfterMs: config.TAPLINE_LEFTOVER_HOURS * hourMs,
    catalogue: new SegmentCatalogue(prisma),
    copies: new ArchiveCopies(prisma),
    keys: new KeyMap(prisma),
    notes: new ArchiveNotes(prisma),
    holds: new ArchiveHolds(prisma, clock),
    turns: new Turns(prisma),
  });
}
