import type { PrismaClient } from "./generated/client.ts";

/** The names of people, by their ids; of those who are gone, and of who is no person of the console, none. */
export async function peopleNames(
  prisma: Pick<PrismaClient, "user">,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const asked = [...new Set(ids)];
  if (asked.length === 0) return new Map();
  const people = await prisma.user.findMany({
    where: { id: { in: asked } },
    select: { id: true, name: true },
  });
  return new Map(people.map(({ id, name }) => [id, name]));
}
