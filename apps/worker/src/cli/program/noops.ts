import type { Command } from "commander";
import { addActing, addSeen, confirmed } from "./acting-options.ts";
import { durationMs, wholeNumber } from "./forms.ts";
import { addRollBack } from "./roll-back-rules.ts";

/** `tapline noops`: what NoOps decides, the rules by which it does, and how people stop it, let it and take it back. */
export function addNoops(program: Command): void {
  const noops = program
    .command("noops")
    .description("what looks after the installation by itself: its rules, its decisions, and how to stop it");
  addLooks(noops);
  addRules(noops);
  addSimulate(noops);
  addAnswers(noops);
  addSwitches(noops);
}

function addLooks(noops: Command): void {
  noops
    .command("show")
    .description("how NoOps stands: who decides, what is paused, the rules in force and their modes")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../noops.ts")).show(options));
  noops
    .command("ls")
    .description("decisions, the newest first; those that came to nothing only with --all")
    .option("--all", "also decisions to do nothing")
    .option("--state <state...>", "in these states")
    .option("--rule <id>", "of this rule")
    .option("--target <target>", "of this service, replica or archive")
    .option("--since <time>", "decided or repeated within so long, as in 2h", durationMs)
    .option("--limit <n>", "so many", wholeNumber, 100)
    .option("--after <id>", "go on behind a page, as it said")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../noops.ts")).list(options));
  noops
    .command("explain")
    .argument("<id>", "of a decision")
    .description(
      "why a decision is what it is: evidence and its ages, guards, what was or would have been done",
    )
    .option("--json", "as JSON")
    .action(async (id, options) => (await import("../noops-explain.ts")).explain(id, options));
}

function addRules(noops: Command): void {
  noops
    .command("lint")
    .description("check a file of NoOps rules: its form, what it asks for, whether that answers yes or no")
    .argument("<file>", "YAML or JSON")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nEnds with 0 where the rules are sound, 2 where there are faults; each names its place.",
    )
    .action(async (file, options) => (await import("../noops-rules.ts")).lint(file, options));
  noops
    .command("test")
    .description("play series of evidence to NoOps rules, and compare what they do with what is expected")
    .argument("<files...>", "YAML or JSON of the format tapline-noops-tests/1")
    .option("--json", "as JSON")
    .addHelpText("after", "\nEnds with 0 where all is as expected, 2 where it is not.")
    .action(async (files, options) => (await import("../noops-test.ts")).test(files, options));
  noops
    .command("defaults")
    .description("print the shipped rules, as a file to begin with")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../noops-rules.ts")).defaults(options));
  addSeen(
    addActing(noops.command("apply").argument("<file>", "YAML or JSON of the format tapline-noops-rules/1")),
  )
    .description("put the rules of a file in force, at once; says what changes")
    .action(
      confirmed(async (file, options) => await (await import("../noops-rules.ts")).apply(file, options)),
    );
  addRollBack(noops, "noops-rules");
}

function addSimulate(noops: Command): void {
  noops
    .command("simulate")
    .description(
      "run a trace of load through the services under balance, under Kubernetes' Horizontal Pod Autoscaler and under a fixed size",
    )
    .requiredOption("--trace <file>", "CSV of times and arrivals per second, or YAML of what makes a trace")
    .option("--rules <file>", "also as NoOps rules would have it that act on balance's wishes: YAML or JSON")
    .option("--learn-days <n>", "known beforehand; default: the first 14 days of a longer trace", wholeNumber)
    .option(
      "--fixed <n>",
      "replicas of the fixed size; default: as many as the busiest minute needs",
      wholeNumber,
    )
    .option("--seed <n>", "of the chance in arrivals", wholeNumber, 1)
    .option("--plot <file>", "draw it as SVG")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../noops-simulate.ts")).simulate(options));
}

function addAnswers(noops: Command): void {
  const answer = (name: string, what: string): Command =>
    addActing(noops.command(name).argument("<id>", "of a decision").description(what));
  answer("approve", "let a decision act that waits for a person").action(
    confirmed(async (id, options) => (await import("../noops-acts.ts")).approve(id, options)),
  );
  answer("deny", "refuse a decision that waits for a person").action(
    confirmed(async (id, options) => (await import("../noops-acts.ts")).deny(id, options)),
  );
  answer("undo", "take back what a decision did, where that is possible").action(
    confirmed(async (id, options) => (await import("../noops-acts.ts")).undo(id, options)),
  );
}

function addSwitches(noops: Command): void {
  addActing(noops.command("arm").argument("<rule>"))
    .description(
      "let a rule act by itself, ask, or only say what it would do; for as long as it is the same rule",
    )
    .option("--mode <mode>", "armed, approval, dry-run, or as-written for what stands in the rule", "armed")
    .action(confirmed(async (rule, options) => (await import("../noops-acts.ts")).arm(rule, options)));
  addActing(noops.command("pause"))
    .description("let nothing act for a time; what is under way ends")
    .option("--for <time>", "how long, as in 30m or 2h (default: until resumed)", durationMs)
    .option("--down-only", "hold back only what makes something smaller, as while metrics are out")
    .action(confirmed(async (options) => (await import("../noops-acts.ts")).pause(options)));
  addActing(noops.command("resume"))
    .description("end all pauses")
    .option("--from-kill", "let go of the kill switch instead")
    .action(confirmed(async (options) => (await import("../noops-acts.ts")).resume(options)));
  addActing(noops.command("kill"))
    .description("the big red stop: nothing acts any more, and what is under way is broken off")
    .action(confirmed(async (options) => (await import("../noops-acts.ts")).kill(options)));
}
