import type { Command } from "commander";
import { addActing } from "./acting-options.ts";

/** `tapline rules ls|show|release|switch`: what validation judges by. */
export function addRules(program: Command): void {
  const rules = program.command("rules").description("releases of the rules that taps are judged by");
  rules
    .command("ls")
    .description("all releases")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../rules.ts")).list(options));
  rules
    .command("show <release>")
    .description("one release, as a file for `release`")
    .action(async (release) => (await import("../rules.ts")).show(release));
  addActing(rules.command("release <file>"))
    .description("give out the rules in a JSON file as a new release, which is not in force yet")
    .action(async (file, options) => (await import("../rules.ts")).release(file, options));
  addActing(rules.command("switch <release>"))
    .description("judge by this release from now on; verdicts that were given stand")
    .action(async (release, options) => (await import("../rules.ts")).switchTo(release, options));
}
