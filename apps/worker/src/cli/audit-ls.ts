import { openAuditEntries } from "../wire/commands/audit.ts";
import { findStores } from "./find-stores.ts";

interface ListOptions {
  readonly since?: number;
  readonly action?: string;
  readonly by?: string;
  readonly subject?: string;
  readonly text?: string;
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

export async function list(options: ListOptions): Promise<void> {
  const { since, action, by, subject, text, limit, after, json } = options;
  const { entries, close } = openAuditEntries((await findStores()).databaseUrl);
  try {
    const filter = {
      sinceEpochMs: since === undefined ? null : Date.now() - since,
      ...{ action: action ?? null, actorId: by ?? null, subject: subject ?? null, text: text ?? null },
    };
    const page = await entries.page(filter, limit, after ?? null);
    for (const entry of page.entries) {
      const { id, atEpochMs, actor, action: what, subject: of, reason } = entry;
      const who = `${actor.kind} ${actor.id}`;
      const why = reason === null ? "" : `  “${reason}”`;
      process.stdout.write(
        json === true
          ? `${JSON.stringify(entry)}\n`
          : `${new Date(atEpochMs).toISOString()}  ${who}  ${what}  ${of}${why}  ${id}\n`,
      );
    }
    if (page.next !== null) process.stderr.write(`there are more: go on by --after ${page.next}\n`);
  } finally {
    await close();
  }
}
