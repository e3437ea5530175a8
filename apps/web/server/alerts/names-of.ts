import { type PrismaClient, peopleNames } from "@tapline/adapters/prisma";
import { fromPostgres } from "../from-stores.ts";

/** The names of people, by their ids; of those who are gone, and of who is no person of the console, none. */
export function namesOf(prisma: PrismaClient, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return fromPostgres(peopleNames(prisma, ids));
}
