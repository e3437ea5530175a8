import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";

/**
 * How long a transaction of several steps waits for a connection, ms. Prisma's own 2 s are over where many ask at once on a machine that
 * has much to do; what cannot wait has a shorter timeout around it.
 */
const maxWait = 15_000;

/** A connection that nobody uses stays for so long, ms: what is read every 10 s need not sign in each time, which costs more than the reading. */
const idleTimeoutMillis = 60_000;

/**
 * A client of PostgreSQL at `databaseUrl`; it connects on first use and reconnects by itself.
 * @param connections that it opens at most; who asks while all are busy waits
 */
export function connectPrisma(databaseUrl: string, connections = 8): PrismaClient {
  const adapter = new PrismaPg({ connectionString: databaseUrl, max: connections, idleTimeoutMillis });
  return new PrismaClient({ adapter, transactionOptions: { maxWait } });
}
