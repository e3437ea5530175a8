import { TaplineError } from "@tapline/core/kernel";
import type { PrismaClient } from "./generated/client.ts";

/** A person of the console who may act on alerts. */
export type ActingPerson = { readonly id: string; readonly name: string };

/** Roles whose people may act. */
const actingRoles = ["operator", "admin"];

/** Those who may act on alerts, by name; at most 1,000. */
export async function actingPeople(prisma: PrismaClient): Promise<ActingPerson[]> {
  return await prisma.user.findMany({
    where: { role: { in: actingRoles }, banned: false },
    select: { id: true, name: true },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: 1_000,
  });
}

/** @param given id or e-mail address @throws TaplineError `invalid-input` where nobody of that name may act */
export async function actingPerson(prisma: PrismaClient, given: string): Promise<ActingPerson> {
  const found = await prisma.user.findFirst({
    where: { OR: [{ id: given }, { email: given.toLowerCase() }] },
    select: { id: true, name: true, role: true, banned: true },
  });
  if (found !== null && actingRoles.includes(found.role) && !found.banned)
    return { id: found.id, name: found.name };
  throw new TaplineError(
    "invalid-input",
    found === null
      ? `the console knows nobody by ${given}`
      : `${found.name} may not act on alerts: ${found.banned ? "they are locked out" : "they are a viewer"}`,
    { remedy: "name somebody with the role operator or admin, by their e-mail address" },
  );
}
