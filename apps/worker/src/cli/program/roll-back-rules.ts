import type { RuleKind } from "@tapline/core/rollout";
import type { Command } from "commander";
import { addActing, addSeen, confirmed } from "./acting-options.ts";
import { wholeNumber } from "./forms.ts";

/** `… rollback`: the same for rules of each kind. */
export function addRollBack(of: Command, kind: RuleKind): void {
  addSeen(addActing(of.command("rollback")))
    .description("put what was in force before in force again, at once; says what changes")
    .option("--to <version>", "that of this version (default: what was in force before)", wholeNumber)
    .action(
      confirmed(async (options) => await (await import("../rule-releases.ts")).rollBack(kind, options)),
    );
}

/** `tapline release rules`: to which versions `rollback` may lead. */
export function addRuleReleases(release: Command): void {
  release
    .command("rules")
    .description("releases of rules: which is in force, and which there were before")
    .option("--kind <kind>", "validation-rules, alert-rules, alert-channels or noops-rules (default: all)")
    .option("--limit <n>", "of each kind the newest so many", wholeNumber, 10)
    .option("--json", "as JSON")
    .action(async (options) => (await import("../rule-releases.ts")).list(options));
}
