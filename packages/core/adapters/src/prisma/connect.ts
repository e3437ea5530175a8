import { PrismaPg } from "@prisma/adapter-pg";
import { PrismaClient } from "./generated/client.ts";

/** A client of PostgreSQL at `databaseUrl`; it connects on first use and reconnects by itself. */
export function connectPrisma(databaseUrl: string): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: 8 }) });
}
