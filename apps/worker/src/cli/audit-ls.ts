import { openAuditEntries } from "../wire/commands/audit.ts";
import { findStores } from "./find-stores.ts";

interface ListOptions {
  readonly since?: number;
  readonly action?: string;
  readonly by?: string;
  readonly subject?: string;
  readonly limit: number;
  readonly json?: boolean;
}

export async function list({ since, action, by, subject, limit, json }: ListOptions): Promise<void> {
  const sinceEpochMs = since === undefined ? null : Date.now() - since;
  const { entries, close } = openAuditEntries((await findStores()).databaseUrl);
  try {
    const filter = { sinceEpochMs, action: action ?? null, actorId: by ?? null, subject: subject ?? null };
    for (const entry of await entries.newest(filter, limit)) {
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
