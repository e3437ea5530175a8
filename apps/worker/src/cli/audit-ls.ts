import { openAuditEntries } from "../wire/commands/audit.ts";
import { type FilterOptions, filterOf } from "./audit-filter.ts";
import { findStores } from "./find-stores.ts";

interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

export async function list(options: ListOptions): Promise<void> {
  const { limit, after, json } = options;
  const { entries, close } = openAuditEntries((await findStores()).databaseUrl);
  try {
    const page = await entries.page(filterOf(options), limit, after ?? null);
    for (const entry of page.entries) {
      const { id, atEpochMs, actor, action: what, subject: of, reason } = entry;
      const who = `${actor.kind} ${actor.id}`;
      const erasedAt = entry.erased?.reason;
      const why =
        erasedAt !== undefined
          ? `  (reason erased on ${new Date(erasedAt).toISOString().slice(0, 10)})`
          : reason === null
            ? ""
            : `  “${reason}”`;
      process.stdout.write(
        json === true
          ? `${JSON.stringify(entry)}\n`
          : `${new Date(atEpochMs).toISOString()}  ${who}  ${what}  ${of}${why}  ${id}\n`,
      );
    }
    for (const id of page.unreadable)
      process.stderr.write(
        `the entry ${id} cannot be read; see whether it was changed: tapline audit verify --full\n`,
      );
    if (page.next !== null) process.stderr.write(`there are more: go on by --after ${page.next}\n`);
  } finally {
    await close();
  }
}
