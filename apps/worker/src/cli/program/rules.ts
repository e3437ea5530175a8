import type { Command } from "commander";
import { addActing, addSeen, confirmed } from "./acting-options.ts";
import { wholeNumber } from "./forms.ts";
import { addRollBack } from "./roll-back-rules.ts";

/** `tapline rules ls|show|release|switch|rollback`: what validation judges by. */
export function addRules(program: Command): void {
  const rules = program.command("rules").description("releases of the rules that taps are judged by");
  rules
    .command("ls")
    .description("all releases")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../rules.ts")).list(options));
  rules
    .command("show")
    .argument("<release>", "its number", wholeNumber)
    .description("one release, as a file for `release`")
    .action(async (release) => (await import("../rules.ts")).show(release));
  addActing(rules.command("release").argument("<file>"))
    .description("give out the rules in a JSON file as a new release, which is not in force yet")
    .action(confirmed(async (file, options) => (await import("../rules.ts")).release(file, options)));
  addSeen(addActing(rules.command("switch").argument("<release>", "its number", wholeNumber)))
    .description("judge by this release from now on; verdicts that were given stand")
    .action(
      confirmed(async (release, options) => await (await import("../rules.ts")).switchTo(release, options)),
    );
  addRollBack(rules, "validation-rules");
}
