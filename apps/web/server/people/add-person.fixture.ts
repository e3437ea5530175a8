import type { PrismaClient } from "@tapline/adapters/prisma";
import type { RoleName } from "../../contracts/people.ts";
import { house } from "../auth/who-asks.ts";
import { Invitations } from "./invitations.ts";

/** Makes somebody who signs in by this password, as an invitation does. @returns the person's id */
export async function addPerson(
  prisma: PrismaClient,
  person: { email: string; password: string; name: string; role: RoleName },
): Promise<string> {
  const { email, password, name, role } = person;
  const invitations = new Invitations(prisma, "Test site", Date.now);
  const act = { actor: house, reason: "a test", traceId: null };
  const { secret } = await invitations.invite({ email, name, role, sites: null, ttlMs: 3_600_000 }, act);
  await invitations.accept(secret, { name, password }, null);
  const { id } = await prisma.user.findUniqueOrThrow({ where: { email }, select: { id: true } });
  return id;
}
