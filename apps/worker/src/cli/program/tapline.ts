import { Command } from "commander";
import { addAgentRegistry } from "./agent.ts";
import { addAlerts } from "./alerts.ts";
import { addArchive } from "./archive.ts";
import { addAudit } from "./audit.ts";
import { addBuffer } from "./buffer.ts";
import { addCaches } from "./caches.ts";
import { addDoctor } from "./doctor.ts";
import { addFleet } from "./fleet.ts";
import { addGap } from "./gap.ts";
import { addKey } from "./key.ts";
import { addNoops } from "./noops.ts";
import { addPeople } from "./people.ts";
import { addProofs } from "./proofs.ts";
import { addQuarantine } from "./quarantine.ts";
import { addRelease } from "./release.ts";
import { addRules } from "./rules.ts";
import { addScale } from "./scale.ts";
import { addSite } from "./site.ts";
import { addStatus } from "./status.ts";
import { addTracker } from "./tracker.ts";

/** `--by` with the e-mail address of an account is that account, on every command: who acts here and on the console is one person. */
async function nameAccount(command: Command): Promise<void> {
  const { by } = command.opts<{ by?: string }>();
  if (by?.includes("@") !== true) return;
  const { accountNamed } = await import("../account-named.ts");
  command.setOptionValue("by", await accountNamed(by));
}

/**
 * The command `tapline` as it is typed: names, options and their forms. What a command does is loaded once it is known
 * which one it is: nothing in this folder imports at run time what is not in it, but commander.
 */
export function taplineProgram(): Command {
  const program = new Command("tapline").description(
    "works on an installation of Tapline and on its archive",
  );
  addStatus(program);
  addDoctor(program);
  addArchive(program);
  addAudit(program);
  addBuffer(program);
  addCaches(program);
  addRules(program);
  addRelease(program);
  addAlerts(program);
  addNoops(program);
  addScale(program);
  addQuarantine(program);
  addKey(program);
  addTracker(program);
  addAgentRegistry(program);
  addFleet(program);
  addGap(program);
  addSite(program);
  addPeople(program);
  addProofs(program);
  return program.hook("preAction", async (_, command) => await nameAccount(command));
}
