import { openAuditEntries } from "../wire/commands/audit.ts";
import { type FilterOptions, filterOf } from "./audit-filter.ts";
import { entryLine, peopleIn } from "./entry-line.ts";
import { findStores } from "./find-stores.ts";

interface ListOptions extends FilterOptions {
  readonly limit: number;
  readonly after?: string;
  readonly json?: boolean;
}

export async function list(options: ListOptions): Promise<void> {
  const { limit, after, json } = options;
  const { entries, namesOf, close } = openAuditEntries((await findStores()).databaseUrl);
  try {
    const page = await entries.page(filterOf(options), limit, after ?? null);
    const names = await namesOf(peopleIn(page.entries.map(({ actor }) => actor)));
    for (const entry of page.entries)
      process.stdout.write(`${json === true ? JSON.stringify(entry) : entryLine(entry, names)}\n`);
    for (const id of page.unreadable)
      process.stderr.write(
        `the entry ${id} cannot be read; see whether it was changed: tapline audit verify --full\n`,
      );
    // A search for a text answers with what it has found so far, which says nothing of what lies behind.
    const told = page.entries.length < limit ? "there may be more" : "there are more";
    if (page.next !== null) process.stderr.write(`${told}: go on by --after ${page.next}\n`);
  } finally {
    await close();
  }
}
