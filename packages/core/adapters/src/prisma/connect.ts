import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";

/**
 * How long a transaction of several steps waits for a connection, ms. Prisma's own 2 s are over where many ask at once on a machine that
 * has much to do; what cannot wait has a shorter timeout around it.
 */
const maxWait = 15_000;

/** A connection that nobody uses stays for so long, ms: what is read every 10 s need not sign in each time, which costs more than the reading. */
const idleTimeoutMillis = 60_000;

/** A client of PostgreSQL at `databaseUrl`; it connects on first use and reconnects by itself. */
export function connectPrisma(databaseUrl: string): PrismaClient {
  const adapter = new PrismaPg({ connectionString: databaseUrl, max: 8, idleTimeoutMillis });
  return new PrismaClient({ adapter, transactionOptions: { maxWait } });
}
