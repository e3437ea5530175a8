import { readFileSync } from "node:fs";
import type { LogPart } from "@tapline/core/audit";
import type { PrismaClient } from "./generated/client.ts";

const partSql = readFileSync(new URL("./log-part.sql", import.meta.url), "utf8");
const entriesPerPart = 4_096;

/** A row of log-part.sql, in base64. */
type PartRow = { readonly entry: string; readonly leafHash: string };

/**
 * The first `size` entries of the log with their leaf hashes, in order. One part is read ahead of the one that is worked on, so
 * that PostgreSQL reads while the reader hashes.
 */
export async function* logParts(prisma: PrismaClient, size: number): AsyncGenerator<LogPart> {
  const read = (start: number): Promise<LogPart> =>
    readPart(prisma, start, Math.min(size, start + entriesPerPart));
  let ahead = size > 0 ? read(0) : null;
  for (let next = entriesPerPart; ahead !== null; next += entriesPerPart) {
    const part: LogPart = await ahead;
    ahead = next < size ? read(next) : null;
    // Whoever stops here leaves one part unread, and it may fail.
    ahead?.catch(() => undefined);
    yield part;
  }
}

async function readPart(prisma: PrismaClient, start: number, end: number): Promise<LogPart> {
  const rows = await prisma.$queryRawUnsafe<PartRow[]>(partSql, start, end);
  return {
    entries: rows.map(({ entry }) => Buffer.from(entry, "base64")),
    leafHashes: rows.map(({ leafHash }) => Buffer.from(leafHash, "base64")),
  };
}
