import type { PlaceRange } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import { openAuditExport } from "../wire/commands/audit.ts";
import { type FilterOptions, filterOf } from "./audit-filter.ts";
import { count } from "./count.ts";
import { findStores } from "./find-stores.ts";
import { type ProgressOptions, tellProgress } from "./progress.ts";
import { proofBeside } from "./proof-beside.ts";
import { writeTogether } from "./restore/write-together.ts";

interface Options extends FilterOptions, ProgressOptions {
  readonly ndjson?: boolean;
  readonly csv?: boolean;
  readonly out: string;
  readonly range?: PlaceRange;
  readonly log?: string;
}

/**
 * `tapline audit export`: entries as a file for others; beside it the proof that they stand in the log, and a list of those whose
 * reason was erased.
 */
export async function exportEntries(options: Options): Promise<void> {
  if ((options.csv === true) === (options.ndjson === true))
    throw new TaplineError("invalid-input", "name the file's form: --ndjson or --csv");
  const wish = {
    form: options.csv === true ? ("csv" as const) : ("ndjson" as const),
    filter: filterOf(options),
    range: options.range ?? null,
  };
  const { databaseUrl } = await findStores();
  const { name, write, close } = await openAuditExport(databaseUrl, options.log);
  let done = 0;
  const stop = tellProgress(options, () => ({ done, unit: ["entry", "entries"] }));
  const onProgress = (entries: number): void => {
    done = entries;
  };
  try {
    const files = [options.out, proofBeside(options.out), `${options.out}.erased`] as const;
    let summary = { size: 0, unreadable: 0, erased: 0 };
    await writeTogether(files, async ([data, proof, erasures]) => {
      summary = await write(wish, { data, proof, erasures }, onProgress);
    });
    const { size, unreadable, erased } = summary;
    process.stdout.write(
      `${count(done, "entry", "entries")} of the ${size} of ${name} in ${files[0]}; their proof in ${files[1]}\n` +
        `reasons that were erased: ${erased}, listed in ${files[2]}\n`,
    );
    if (unreadable > 0)
      process.stderr.write(
        `left out, since they cannot be read: ${count(unreadable, "entry", "entries")}; see whether they were changed: tapline audit verify --full\n`,
      );
  } finally {
    stop();
    await close();
  }
}
