import { messageOf, TaplineError } from "@tapline/core/kernel";
import { Command } from "commander";
import { addAgentRegistry } from "./agent-registry.ts";
import { addArchiveCare } from "./archive-care.ts";
import { addArchiveReindex } from "./archive-reindex.ts";
import { addArchiveRepin } from "./archive-repin.ts";
import { addArchiveRestore } from "./archive-restore.ts";
import { addAuditList } from "./audit-ls.ts";
import { addAuditProve } from "./audit-prove.ts";
import { addAuditShow } from "./audit-show.ts";
import { addAuditVerify } from "./audit-verify.ts";
import { addBufferFlush } from "./buffer-flush.ts";
import { addBufferShow } from "./buffer-show.ts";
import { addFleetAgents } from "./fleet-agents.ts";
import { addFleetConfig } from "./fleet-config.ts";
import { addFleetRollout } from "./fleet-rollout.ts";
import { addGapList } from "./gap-ls.ts";
import { addGapStatement } from "./gap-statement.ts";
import { addGapVerify } from "./gap-verify.ts";
import { addKeyCheck } from "./key-check.ts";
import { addKeyMap } from "./key-map.ts";
import { addKeyRing } from "./key-ring.ts";
import { addKeyRotate } from "./key-rotate.ts";
import { addQuarantineList } from "./quarantine-ls.ts";
import { addQuarantineReplay } from "./quarantine-replay.ts";
import { addQuarantineShow } from "./quarantine-show.ts";
import { addRules } from "./rules.ts";
import { addSite } from "./site-command.ts";
import { addTrackerEnrol } from "./tracker-enrol.ts";
import { addTrackerImport } from "./tracker-import.ts";

/** The command `tapline`: each sub-command adds itself. */
const program = new Command("tapline").description("works on an installation of Tapline and on its archive");
addArchiveRestore(program);
addArchiveReindex(program);
addArchiveCare(program);
addArchiveRepin(program);
addAuditList(program);
addAuditShow(program);
addAuditProve(program);
addAuditVerify(program);
addBufferShow(program);
addBufferFlush(program);
addRules(program);
addQuarantineList(program);
addQuarantineShow(program);
addQuarantineReplay(program);
addKeyRing(program);
addKeyRotate(program);
addKeyMap(program);
addKeyCheck(program);
addTrackerImport(program);
addTrackerEnrol(program);
addAgentRegistry(program);
addFleetConfig(program);
addFleetRollout(program);
addFleetAgents(program);
addGapList(program);
addGapStatement(program);
addGapVerify(program);
addSite(program);

// Who reads along may have seen enough (`| head`); the command does its work all the same.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });

try {
  await program.parseAsync();
} catch (error) {
  const remedy = error instanceof TaplineError ? error.remedy : undefined;
  process.stderr.write(`tapline: ${messageOf(error)}\n${remedy === undefined ? "" : `${remedy}\n`}`);
  process.exitCode = 1;
}
