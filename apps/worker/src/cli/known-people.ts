import { databaseTrouble } from "./database-trouble.ts";
import type { Names } from "./person.ts";

export type NamesOf = (ids: Iterable<string>) => Promise<Names>;

/**
 * The names of people, for a listing that says the same without them: a service's own role in PostgreSQL may not read
 * names of accounts, and is shown ids.
 */
export async function knownPeople(namesOf: NamesOf, ids: Iterable<string>): Promise<Names> {
  try {
    return await namesOf(ids);
  } catch (error) {
    if (error instanceof Error && databaseTrouble(error)?.code === "misconfigured") return new Map();
    throw error;
  }
}
