import type { RolloutKind } from "@tapline/core/rollout";
import { type Command, Option } from "commander";
import { addActing, confirmed } from "./acting-options.ts";
import { durationMs, wholeNumber, wholeNumbers } from "./forms.ts";

const rolloutKinds = Object.keys({ config: true, version: true } satisfies Record<RolloutKind, true>);

/** The group `tapline fleet`. */
export function addFleet(program: Command): void {
  const fleet = program.command("fleet").description("the agents: settings, versions, rings");
  addFleetConfig(fleet);
  addFleetRollout(fleet);
  addFleetAgents(fleet);
}

/** `tapline fleet config set|ls|show`: revisions of the settings that the server may give to agents. */
function addFleetConfig(fleet: Command): void {
  const config = fleet.command("config").description("revisions of the agents' settings");
  addActing(
    config
      .command("set")
      .description("make a revision from a JSON file; nobody gets it before a roll-out or a pin")
      .argument("<file>"),
  ).action(confirmed(async (file, options) => (await import("../fleet-config.ts")).set(file, options)));
  config
    .command("ls")
    .description("all revisions, newest first")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../fleet-config.ts")).list(options));
  config
    .command("show")
    .description("the settings of a revision")
    .argument("<revision>", "its number", wholeNumber)
    .action(async (text) => (await import("../fleet-config.ts")).show(text));
}

/** `tapline fleet rollout start|advance|halt|resume|abort|status`: changes on their way through the rings. */
function addFleetRollout(fleet: Command): void {
  const rollout = fleet.command("rollout").description("changes on their way through the rings");
  addActing(
    rollout
      .command("start")
      .description("give a revision of the settings, or name a version, to the first ring")
      .option("--config <revision>", "the revision; 0 = no settings from the server", wholeNumber)
      .option("--version <version>", "the version that agents should run")
      .option(
        "--rings <list>",
        "steps, as in 0,1,2, each to all rings up to its number (default: rings with agents)",
        wholeNumbers,
      ),
  ).action(confirmed(async (options) => (await import("../fleet-rollout.ts")).start(options)));
  const advance = rollout
    .command("advance")
    .description("one ring further; behind the last one it holds for all");
  addHealth(addKind(addActing(advance)))
    .option("--force", "even where a reached ring is not healthy")
    .action(confirmed(async (options) => (await import("../fleet-rollout.ts")).advanceRing(options)));
  const steps = {
    halt: "nobody more gets it; who has it keeps it",
    resume: "go on after a halt",
    abort: "everybody goes back to what was before",
  } as const;
  for (const step of ["halt", "resume", "abort"] as const)
    addKind(addActing(rollout.command(step).description(steps[step]))).action(
      confirmed(async (options) => (await import("../fleet-rollout.ts")).takeStep(step, options)),
    );
  addHealth(rollout.command("status").description("how each change stands in each ring"))
    .option("--json", "as JSON")
    .action(async (options) => (await import("../fleet-rollout.ts")).status(options));
}

function addKind(command: Command): Command {
  return command.addOption(
    new Option("--kind <kind>", "which one (default: the one under way)").choices(rolloutKinds),
  );
}

function addHealth(command: Command): Command {
  return command
    .option("--silent-for <span>", "an agent not heard of for so long is silent (default: 10m)", durationMs)
    .option("--outbox-age <span>", "a tap may wait so long in an outbox (default: 10m)", durationMs);
}

/** `tapline fleet ls|pin|unpin|ring`: single agents. */
function addFleetAgents(fleet: Command): void {
  fleet
    .command("ls")
    .description("all agents with what they last reported")
    .option("--json", "as JSON")
    .option("--silent-for <span>", "only those not heard of for so long, as in 10m", durationMs)
    .action(async (options) => (await import("../fleet-agents.ts")).list(options));
  addActing(
    fleet
      .command("pin")
      .description("keep an agent at a revision or version, whatever is rolled out")
      .argument("<agent>")
      .option("--config <revision>", "the revision of the settings", wholeNumber)
      .option("--version <version>", "the version"),
  ).action(confirmed(async (agent, options) => (await import("../fleet-agents.ts")).pin(agent, options)));
  addActing(
    fleet.command("unpin").description("let an agent follow its ring again").argument("<agent>"),
  ).action(confirmed(async (agent, options) => (await import("../fleet-agents.ts")).unpin(agent, options)));
  addActing(
    fleet
      .command("ring")
      .description("put an agent into a ring; lower ones get changes first")
      .argument("<agent>")
      .argument("<ring>", "its number", wholeNumber),
  ).action(
    confirmed(async (agent, ring, options) =>
      (await import("../fleet-agents.ts")).setRing(agent, ring, options),
    ),
  );
}
