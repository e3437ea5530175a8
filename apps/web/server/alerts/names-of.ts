import type { PrismaClient } from "@tapline/adapters/prisma";
import { fromPostgres } from "../from-stores.ts";

/** The names of people, by their ids; of those who are gone, and of who is no person of the console, none. */
export async function namesOf(prisma: PrismaClient, ids: readonly string[]): Promise<Record<string, string>> {
  const people = await fromPostgres(
    prisma.user.findMany({ where: { id: { in: [...new Set(ids)] } }, select: { id: true, name: true } }),
  );
  return Object.fromEntries(people.map(({ id, name }) => [id, name]));
}
