import { type Command, InvalidArgumentError } from "commander";
import { addActing, confirmed } from "./acting-options.ts";
import { durationMs, wholeNumber, wholeNumbers } from "./forms.ts";
import { addRuleReleases } from "./roll-back-rules.ts";

/** `tapline release create|ls|show|rules|shift|step|promote|rollback`: which release of a service does the work. */
export function addRelease(program: Command): void {
  const release = program
    .command("release")
    .description("releases of services, and the way from one to another");
  release
    .command("ls")
    .description("what runs, what is on its way, and all releases")
    .option("--service <word>", "of one service")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../release.ts")).list(options));
  release
    .command("show")
    .argument("<release>", "its number", wholeNumber)
    .description("one release, and the shifts that led to it or away from it")
    .option("--json", "as JSON")
    .action(async (id, options) => (await import("../release.ts")).show(id, options));
  addRuleReleases(release);
  addActing(release.command("create"))
    .description("make a release; it never changes, and nothing runs by it yet")
    .requiredOption("--service <word>", "validation, encryption, transfer, ingest or web")
    .requiredOption("--of <version>", "which program: an image's tag, or the name of a folder of releases")
    .option(
      "--set <name=value>",
      "a setting that differs from the installation's; may be repeated",
      settings,
      {},
    )
    .option("--rules <release>", "the release of the validation rules that it judges by", wholeNumber)
    .action(confirmed(async (options) => (await import("../release.ts")).create(options)));
  addActing(release.command("shift").argument("<release>", "its number", wholeNumber))
    .description(
      "lead its service to this release, share by share; what is worse than before turns back by itself",
    )
    .option("--steps <percents>", "its shares, such as 10,25,50,100", wholeNumbers)
    .option("--step <percent>", "instead: shares that grow by so much …", wholeNumber)
    .option("--max <percent>", "… up to so much, and then to all", wholeNumber)
    .option("--window <span>", "how long each share is watched (default: 60s)", durationMs)
    .option("--ready <span>", "how long it may take to become ready (default: 60s)", durationMs)
    .option(
      "--evidence <span>",
      "how long evidence may be missing beyond the window (default: 5m)",
      durationMs,
    )
    .option("--keep <span>", "how long the old one is kept ready at the end (default: 5m)", durationMs)
    .option("--drain <span>", "how long what one has in hand is waited for (default: 60s)", durationMs)
    .action(confirmed(async (id, options) => (await import("../release.ts")).shift(id, options)));
  addSteering(release, "step", "the next share without waiting, or on from a standstill");
  addSteering(release, "promote", "to the end without waiting for windows and evidence");
  addSteering(release, "rollback", "everything back to what ran before");
}

function addSteering(release: Command, verb: "step" | "promote" | "rollback", what: string): void {
  addActing(release.command(verb).argument("<service>", "such as validation"))
    .description(what)
    .action(
      confirmed(async (service, options) => (await import("../release.ts")).steer(verb, service, options)),
    );
}

function settings(text: string, before: Readonly<Record<string, string>>): Record<string, string> {
  const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError("It is no setting: write it as in TAPLINE_NAME=value.");
  return { ...before, [name]: value };
}
