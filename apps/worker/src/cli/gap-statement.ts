import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import { gapStatementSchema } from "@tapline/core/transfer";
import type { Command } from "commander";
import { makeStatement } from "../jobs/state-gaps.ts";
import { openGaps } from "../wire/commands/fleet.ts";
import { actOf } from "./acting.ts";
import { findStores } from "./find-stores.ts";
import { gapCommand } from "./gap-command.ts";
import { statementText } from "./gap-verify.ts";
import { readSigner } from "./read-signer.ts";

interface StatementOptions {
  readonly agent: string;
  readonly day: string;
  readonly out: string;
  readonly by?: string;
}

/** `tapline gap statement`: what is known now of an agent's day, signed, into a folder. */
export function addGapStatement(program: Command): void {
  gapCommand(program)
    .command("statement")
    .description("state and sign what became of the taps of one agent's UTC day, as known now")
    .requiredOption("--agent <id>", "the agent")
    .requiredOption("--day <YYYY-MM-DD>", "the day (UTC)")
    .option("--out <dir>", "where the statement and its signature go", ".")
    .option("--by <name>", "who asks; goes into the audit log (default: the login name)")
    .addHelpText("after", "\nThe daily statements lie in the archive, under statements/YYYY/MM/DD/.")
    .action(state);
}

async function state({ agent, day, out, by }: StatementOptions): Promise<void> {
  if (!gapStatementSchema.shape.day.safeParse(day).success)
    throw new TaplineError("invalid-input", `--day "${day}" is not a day`, {
      remedy: "Write it as in 2026-11-24.",
    });
  const { actor } = actOf({ reason: "", ...(by === undefined ? {} : { by }) });
  const signer = await readSigner();
  const { statements, close } = openGaps((await findStores()).databaseUrl);
  try {
    const made = await makeStatement({ agent, day }, { statements, signer, clock: Date.now });
    if (made === null)
      throw new TaplineError("not-found", `nothing is known of agent ${agent} on ${day}`, {
        remedy: "tapline fleet ls names the agents; a day counts by the server's clock (UTC)",
      });
    await statements.noteMade(made, actor);
    const file = join(out, `agent-${agent}.${day}.json`);
    await mkdir(out, { recursive: true });
    await writeFile(file, made.bytes);
    await writeFile(`${file}.p7s`, made.signature);
    process.stdout.write(`${statementText(made.statement)}\n${file}\n${file}.p7s\n`);
  } finally {
    await close();
  }
}
