import type { Command } from "commander";
import { addAlertActs } from "./alert-acts.ts";
import { addAlertChannels } from "./alert-channels.ts";
import { wholeNumber } from "./forms.ts";

/** `tapline alerts`: what is open, and rules as code. */
export function addAlerts(program: Command): void {
  const alerts = program
    .command("alerts")
    .description("alerts, the rules that raise them, and how they reach people");
  addAlertActs(alerts);
  alerts
    .command("lint")
    .description("check a file of alert rules: its form, KPIs, parents, messages")
    .argument("<file>", "YAML or JSON")
    .option(
      "--channels <file>",
      "the channels that routing may name (default: those in force, where there are any)",
    )
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nEnds with 0 where the rules are sound, 2 where there are faults; each names its place.",
    )
    .action(async (file, options) => (await import("../alerts-lint.ts")).lint(file, options));
  alerts
    .command("test")
    .description("play recorded series to alert rules, and compare what they say with what is expected")
    .argument("<files...>", "YAML or JSON of the format tapline-alert-tests/1")
    .option("--json", "as JSON")
    .addHelpText("after", "\nEnds with 0 where all is as expected, 2 where it is not.")
    .action(async (files, options) => (await import("../alerts-test.ts")).test(files, options));
  alerts
    .command("preview")
    .description("say how often rules would have fired, had they been in force, from the history of KPIs")
    .argument("<file>", "YAML or JSON of the format tapline-alert-rules/1")
    .option("--rule <id>", "this one alone")
    .option("--days <n>", "so many days back, 30 at most", wholeNumber, 7)
    .option("--json", "as JSON, a line for each rule")
    .action(async (file, options) => (await import("../alerts-preview.ts")).preview(file, options));
  alerts
    .command("defaults")
    .description("print the shipped rules, as a file to begin with")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../alerts-lint.ts")).defaults(options));
  addAlertChannels(alerts);
}
