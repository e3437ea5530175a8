import type { Command } from "commander";
import { addActing, addSeen, confirmed } from "./acting-options.ts";
import { durationMs, wholeNumber } from "./forms.ts";
import { addRollBack } from "./roll-back-rules.ts";

/** `tapline alerts ls|show|ack|comment|assign|shelve|unshelve|out-of-service|return|apply|rollback`: alerts, and the rules that raise them. */
export function addAlertActs(alerts: Command): void {
  addLooks(alerts);
  addAct(alerts, "ack", "say that you have seen it, and see to it").action(
    confirmed(async (id, options) => (await import("../alert-acts.ts")).acknowledge(id, options)),
  );
  addAct(alerts, "comment", "say something of it, by --reason; it changes nothing else").action(
    confirmed(async (id, options) => (await import("../alert-acts.ts")).comment(id, options)),
  );
  addAct(alerts, "assign", "say who is to see to it; without --to nobody in particular any more")
    .option("--to <person>", "e-mail address of an operator or admin of the console")
    .action(confirmed(async (id, options) => (await import("../alert-acts.ts")).assign(id, options)));
  addAct(alerts, "shelve", "let it call nobody for a time")
    .requiredOption("--for <time>", "how long, as in 90m or 2h; at most 7d", durationMs)
    .option("--one-shot", "ends with its breach, too")
    .action(confirmed(async (id, options) => (await import("../alert-acts.ts")).shelve(id, options)));
  addAct(alerts, "unshelve", "take it off the shelf before its time").action(
    confirmed(async (id, options) => (await import("../alert-acts.ts")).unshelve(id, options)),
  );
  addAct(
    alerts,
    "out-of-service",
    "let it call nobody until it is returned, as while something is repaired",
  ).action(
    confirmed(async (id, options) => (await import("../alert-acts.ts")).takeOutOfService(id, options)),
  );
  addAct(alerts, "return", "put it back in service").action(
    confirmed(async (id, options) => (await import("../alert-acts.ts")).returnToService(id, options)),
  );
  addSeen(
    addActing(alerts.command("apply").argument("<file>", "YAML or JSON of the format tapline-alert-rules/1")),
  )
    .description("put the rules of a file in force, at once; says what changes")
    .action(
      confirmed(async (file, options) => await (await import("../alerts-apply.ts")).apply(file, options)),
    );
  addRollBack(alerts, "alert-rules");
}

function addLooks(alerts: Command): void {
  alerts
    .command("ls")
    .description("open alerts, the one opened last first")
    .option("--all", "also those that are over and acknowledged")
    .option("--state <state...>", "in these states")
    .option("--severity <severity...>", "critical, warning, info")
    .option("--rule <id>", "of this rule")
    .option("--site <site>", "of this site")
    .option("--limit <n>", "so many", wholeNumber, 100)
    .option("--after <place>", "go on behind a page, as it said")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../alerts.ts")).list(options));
  alerts
    .command("show")
    .argument("<id>")
    .description("one alert, what to do about it, and what happened to it")
    .option("--json", "as JSON")
    .action(async (id, options) => (await import("../alerts.ts")).show(id, options));
}

function addAct(alerts: Command, name: string, what: string): Command {
  return addActing(alerts.command(name).argument("<id>").description(what)).option(
    "--rev <n>",
    "the revision that you looked at: refused where somebody acted or it was raised since (default: as it is now)",
    wholeNumber,
  );
}
