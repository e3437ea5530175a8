import { EndingLog, KeyDesk, KeyRing } from "@tapline/adapters/keys";
import {
  AuditLog,
  GapLedger,
  GapStatements,
  type SequenceSteps,
  SiteStatements,
  Turns,
} from "@tapline/adapters/prisma";
import type { ArchiveSet } from "@tapline/adapters/sftp";
import { watchedFiles } from "../keys/collect-endings.ts";
import { readLogSigner, readSigner, readWitnesses } from "../pki.ts";
import { need, readSetting } from "../read-setting.ts";
import { archiveAudit } from "../roles/archive-audit.ts";
import { startAudit } from "../roles/audit.ts";
import type { Role } from "../roles/role.ts";
import { rotateKeys } from "../roles/rotate-keys.ts";
import { sequenceAudit } from "../roles/sequence-audit.ts";
import { watchEndings } from "../roles/watch-endings.ts";
import { witnessAudit } from "../roles/witness-audit.ts";
import { openDrills } from "./drills.ts";
import type { Parts } from "./parts.ts";
import { openReconcile } from "./reconcile.ts";

export async function openAudit(parts: Parts, archives: ArchiveSet): Promise<Role> {
  const gaps = parts.instrument("gaps", new GapLedger(parts.prisma));
  const statements = parts.instrument("statements", new GapStatements(parts.prisma));
  const audit = startAudit({
    ...parts,
    archive: archives,
    gaps,
    statements,
    sites: parts.instrument("sites", new SiteStatements(parts.prisma)),
    signer: await readSigner(parts.config),
  });
  const logSigner = await readLogSigner(parts.config);
  const auditLog = parts.instrument(
    "auditLog",
    new AuditLog(parts.prisma, logSigner.origin, sequenceSteps(parts)),
  );
  const sequencing = sequenceAudit({ ...parts, logSigner, auditLog });
  const archiving = archiveAudit({
    ...parts,
    ...{ auditLog, archives, logKey: logSigner.key, turns: new Turns(parts.prisma) },
    everyS: parts.config.TAPLINE_AUDIT_ARCHIVE_SECONDS,
  });
  const witnesses = await readWitnesses(parts.config.TAPLINE_WITNESSES);
  const witnessing = witnesses.length === 0 ? [] : [witnessAudit({ ...parts, auditLog, witnesses })];
  const drills = await openDrills(parts, archives);
  const reconcile = await openReconcile(parts, archives);
  const watch = watchEndings({
    ...parts,
    ring: new KeyRing(parts.prisma, parts.clock),
    endings: parts.instrument("endings", new EndingLog(parts.prisma)),
    files: watchedFiles(parts.config),
    rotateAfterDays: parts.config.TAPLINE_KEY_ROTATE_DAYS,
    read: (path) => readSetting(path, "a certificate"),
  });
  const rotation = openRotation(parts);
  return {
    stop: async (graceMs) => {
      await Promise.all(
        [audit, sequencing, archiving, ...witnessing, drills, reconcile, watch, ...rotation].map((role) =>
          role.stop(graceMs),
        ),
      );
    },
  };
}

/** Points within a transaction, where no port's call begins or ends. */
function sequenceSteps({ instrument }: Parts): SequenceSteps {
  const step = async (): Promise<void> => undefined;
  return instrument("sequence", { locked: step, placed: step, noted: step });
}

/** Empty where keys are rotated on purpose alone. */
function openRotation(parts: Parts): Role[] {
  const { config, prisma, clock } = parts;
  const afterDays = config.TAPLINE_KEY_ROTATE_DAYS;
  if (afterDays === 0) return [];
  const folder = need(config.TAPLINE_KEY_PKI, "TAPLINE_KEY_PKI", "audit");
  const desk = new KeyDesk(prisma, clock);
  return [rotateKeys({ ...parts, desk, turns: new Turns(prisma), folder, afterDays })];
}
