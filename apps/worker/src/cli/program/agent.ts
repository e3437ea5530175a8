import type { Command } from "commander";
import { addActing, confirmed } from "./acting-options.ts";
import { durationMs, wholeNumber } from "./forms.ts";

/** `tapline agent token|ls|log|set-site|revoke`: who may be an agent, and what it logs. */
export function addAgentRegistry(program: Command): void {
  const agent = program.command("agent").description("reader PCs: who may deliver");
  addActing(agent.command("token"))
    .description("print a one-time token, by which one machine enrols as an agent")
    .requiredOption("--id <id>", "the agent's id: 1-63 lower-case letters, digits or hyphens")
    .option("--ttl <span>", "how long it may wait for its use, at most 30d (default: 1h)", durationMs)
    .option("--ring <n>", "the ring of roll-outs that the agent gets by enrolling", wholeNumber)
    .option("--site <word>", "the site at which the agent stands once it has enrolled")
    .option("--root <file>", "the root certificate (default: TAPLINE_INGEST_ROOT, or pki/root.crt)")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      "\nEarlier tokens of that agent that were not used end. A machine that enrols takes the place of the one before:" +
        "\nonly the newest enrolment's certificates let the agent in.",
    )
    .action(confirmed(async (options) => (await import("../agent-registry.ts")).makeToken(options)));
  agent
    .command("ls")
    .description("all agents")
    .option("--json", "as JSON")
    .action(async (options) => (await import("../agent-registry.ts")).list(options));
  addActing(agent.command("log"))
    .description("ask an agent for the last lines of its log, and print them as it wrote them")
    .requiredOption("--id <id>", "the agent's id")
    .option("--lines <n>", "so many, at most 500", wholeNumber, 200)
    .action(confirmed(async (options) => (await import("../agent-log.ts")).printLog(options)));
  addActing(agent.command("set-site"))
    .description("say at which site an agent stands; its days that are not stated yet count there")
    .requiredOption("--id <id>", "the agent's id")
    .requiredOption("--site <word>", "the site: 1-63 lower-case letters, digits or hyphens")
    .action(confirmed(async (options) => (await import("../agent-registry.ts")).setSite(options)));
  addActing(agent.command("revoke"))
    .description("shut an agent out, within seconds; a new token lets it in again")
    .requiredOption("--id <id>", "the agent's id")
    .option("--unlisted", "also one that is not listed, whose certificate was made by hand")
    .action(confirmed(async (options) => (await import("../agent-registry.ts")).revoke(options)));
}
