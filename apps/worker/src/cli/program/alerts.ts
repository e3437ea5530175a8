import type { Command } from "commander";
import { addAlertActs } from "./alert-acts.ts";
import { addAlertChannels } from "./alert-channels.ts";

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
    .command("defaults")
    .description("print the shipped rules, as a file to begin with")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../alerts-lint.ts")).defaults(options));
  addAlertChannels(alerts);
}
