import type { Command } from "commander";
import { openAuditEntries } from "../wire/commands/audit.ts";
import { auditCommand } from "./audit-command.ts";
import { findStores } from "./find-stores.ts";
import { durationMs, wholeNumber } from "./parse-options.ts";

interface ListOptions {
  readonly since?: string;
  readonly action?: string;
  readonly by?: string;
  readonly subject?: string;
  readonly limit: string;
  readonly json?: boolean;
}

/** `tapline audit ls`: entries of the log, newest first. */
export function addAuditList(program: Command): void {
  auditCommand(program)
    .command("ls")
    .description("operations, newest first: when, who, what, to what, why, and the entry's id")
    .option("--since <span>", "only of the last 90s, 10m, 2h, 7d")
    .option("--action <action>", "only this action, as key.changed, or a kind of them, as key")
    .option("--by <name>", "only by this operator, agent, job or rule")
    .option("--subject <subject>", "only to this, as segment/<id>, or to a kind of things, as segment")
    .option("--limit <rows>", "at most so many", "50")
    .option("--json", "as JSON, one entry a line")
    .action(list);
}

async function list({ since, action, by, subject, limit, json }: ListOptions): Promise<void> {
  const sinceEpochMs = since === undefined ? null : Date.now() - durationMs(since);
  const most = wholeNumber(limit, "--limit");
  const { entries, close } = openAuditEntries((await findStores()).databaseUrl);
  try {
    const filter = { sinceEpochMs, action: action ?? null, actorId: by ?? null, subject: subject ?? null };
    for (const entry of await entries.newest(filter, most)) {
      const { id, atEpochMs, actor, action: what, subject: of, reason } = entry;
      const who = `${actor.kind} ${actor.id}`;
      const why = reason === null ? "" : `  “${reason}”`;
      process.stdout.write(
        json === true
          ? `${JSON.stringify(entry)}\n`
          : `${new Date(atEpochMs).toISOString()}  ${who}  ${what}  ${of}${why}  ${id}\n`,
      );
    }
  } finally {
    await close();
  }
}
