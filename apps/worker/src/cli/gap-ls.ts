import { TaplineError } from "@tapline/core/kernel";
import type { Command } from "commander";
import { openGaps } from "../wire/commands/fleet.ts";
import { findStores } from "./find-stores.ts";
import { gapCommand } from "./gap-command.ts";
import { spanText, wholeNumber } from "./parse-options.ts";

interface ListOptions {
  readonly agent?: string;
  readonly tracker?: string;
  readonly open?: boolean;
  readonly limit: string;
  readonly json?: boolean;
}

/** `tapline gap ls`: the ledger. */
export function addGapList(program: Command): void {
  gapCommand(program)
    .command("ls")
    .description("the gap ledger, newest first")
    .option("--agent <id>", "only gaps of this agent")
    .option("--tracker <id>", "only gaps of this tracker")
    .option("--open", "only those that are not filled")
    .option("--limit <rows>", "at most so many", "1000")
    .option("--json", "as JSON")
    .action(list);
}

async function list({ agent, tracker, open, limit, json }: ListOptions): Promise<void> {
  if (agent !== undefined && tracker !== undefined)
    throw new TaplineError("invalid-input", "either --agent or --tracker, not both");
  const subject = agent ?? tracker;
  const { ledger, close } = openGaps((await findStores()).databaseUrl);
  try {
    const gaps = await ledger.list({
      ...(subject === undefined ? {} : { subject, scope: agent === undefined ? "tracker" : "agent" }),
      open: open === true,
      limit: wholeNumber(limit, "--limit"),
    });
    const nowEpochMs = Date.now();
    const lines = gaps.map(({ scope, subject: of, epoch, first, last, openedAtEpochMs, closedAtEpochMs }) => {
      const numbers = first === last ? `${first}` : `${first}-${last}`;
      const closed =
        closedAtEpochMs === null
          ? `open for ${spanText(nowEpochMs - openedAtEpochMs)}`
          : `filled ${new Date(closedAtEpochMs).toISOString()}`;
      return `${scope} ${of}  epoch ${epoch}  ${numbers}  ${closed}`;
    });
    const text = lines.length === 0 ? ["no gap"] : lines;
    process.stdout.write(`${json === true ? JSON.stringify(gaps) : text.join("\n")}\n`);
  } finally {
    await close();
  }
}
