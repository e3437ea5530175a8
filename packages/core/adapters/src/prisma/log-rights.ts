import { readFileSync } from "node:fs";
import type { PrismaClient } from "./generated/client.ts";

const rightsSql = readFileSync(new URL("./log-rights.sql", import.meta.url), "utf8");

/**
 * By what the role that is connected could rewrite the audit log or leave entries out of it, each reason a sentence about "it";
 * empty where it can only add to the log.
 */
export async function rightsOverLog(prisma: Pick<PrismaClient, "$queryRawUnsafe">): Promise<string[]> {
  return (await prisma.$queryRawUnsafe<{ why: string }[]>(rightsSql)).map(({ why }) => why);
}
