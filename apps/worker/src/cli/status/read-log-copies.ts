import type { AuditLog } from "@tapline/adapters/prisma";
import { ArchivedLog, type LogStore, same } from "@tapline/core/audit";
import { TaplineError } from "@tapline/core/kernel";
import { type LogCopy, told } from "./standing.ts";

type NamedLog = { readonly name: string; readonly log: Pick<AuditLog, "head" | "rootAt"> };

/**
 * How much of the database's log each archive holds, by the newest checkpoint that lies there. The log's key is not asked for,
 * since who runs this need not have it: what does not lead to the database's own root counts for nothing.
 * @param withinMs what takes longer is not known
 */
export async function readLogCopies(
  { name: origin, log }: NamedLog,
  archives: readonly { readonly name: string; readonly archive: LogStore }[],
  withinMs: number,
): Promise<LogCopy[]> {
  const { size } = await log.head();
  return await Promise.all(
    archives.map(async ({ name, archive }) => {
      const held = await told(() => sizeOf(origin, log, size, archive), withinMs);
      return held.is === "known" ? { name, size: held.value, why: "" } : { name, size: null, why: held.why };
    }),
  );
}

async function sizeOf(
  origin: string,
  log: NamedLog["log"],
  size: number,
  archive: LogStore,
): Promise<number> {
  const newest = await new ArchivedLog(archive, origin).claimed();
  if (newest === null) return 0;
  if (newest.size > size || !same(await log.rootAt(newest.size), newest.root))
    throw new TaplineError(
      "corrupt",
      `its checkpoint of ${newest.size} entries is not of the log in the database`,
    );
  return newest.size;
}
