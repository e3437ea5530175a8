import type { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";
import { day, largeNumber, saysSomething, wholeNumber } from "./forms.ts";

/** The group `tapline quarantine`. */
export function addQuarantine(program: Command): void {
  const quarantine = program.command("quarantine").description("refused taps, sealed under the process key");
  addQuarantineList(quarantine);
  addQuarantineShow(quarantine);
  addQuarantineReplay(quarantine);
}

/** `tapline quarantine ls`: refused taps, newest first, without their measurements. */
function addQuarantineList(quarantine: Command): void {
  quarantine
    .command("ls")
    .description("refused taps, newest first")
    .option("--reason <code>", "only those refused for this reason, such as unsigned")
    .option("--agent <id>", "only those of this agent")
    .option("--since <day>", "only those refused since this day (UTC), as in 2026-11-24", day)
    .option("--limit <taps>", "at most so many", wholeNumber, 100)
    .option("--json", "as JSON")
    .action(async (options) => (await import("../quarantine-ls.ts")).list(options));
}

/** `tapline quarantine show`: one refused tap; its measurements, which are health data, only on demand, and audited. */
function addQuarantineShow(quarantine: Command): void {
  quarantine
    .command("show")
    .argument("<agent>")
    .argument("<epoch>", "the agent's epoch", largeNumber)
    .argument("<seq>", "its number in that epoch", largeNumber)
    .description("one refused tap, as JSON, without its measurements")
    .option("--reveal", "with its measurements; audited, so say --reason")
    .option("--reason <text>", "with --reveal: why; goes into the audit log", saysSomething)
    .option("--by <name>", "with --reveal: who acts, by e-mail address or name (default: the login name)")
    .action(async (agent, epoch, seq, options) =>
      (await import("../quarantine-show.ts")).show(agent, epoch, seq, options),
    );
}

/** `tapline quarantine replay`: refused taps that pass the rules in force go into the buffer again. */
function addQuarantineReplay(quarantine: Command): void {
  addActing(quarantine.command("replay"))
    .description("put refused taps that pass the rules in force now into the buffer again")
    .option("--reason-code <code>", "those refused for this reason, such as unsigned")
    .option("--agent <id>", "those of this agent")
    .option("--all", "all of them")
    .addHelpText(
      "after",
      "\nEnds with 0 where all was replayed that passes, else 1: also where Redis does not answer for 20 s, or the buffer has no" +
        "\nroom for 60 s. What was under way then may have gone in: to replay again is safe.",
    )
    .action(confirmed(async (options) => (await import("../quarantine-replay.ts")).replay(options)));
}
