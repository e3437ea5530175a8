import { TaplineError } from "@tapline/core/kernel";
import type { PrismaClient } from "./generated/client.ts";

/** A person of the console who may act on alerts. */
export type ActingPerson = { readonly id: string; readonly name: string };

/** Roles whose people may act. */
const actingRoles = ["operator", "admin"];

/**
 * Those who may act on alerts, by name; at most 1,000.
 * @param sites null = all of them; else those who see one of these, or the whole: of no site these alone
 */
export async function actingPeople(
  prisma: PrismaClient,
  sites: readonly string[] | null = null,
): Promise<ActingPerson[]> {
  return await prisma.user.findMany({
    where: {
      ...{ role: { in: actingRoles }, banned: false },
      ...(sites === null ? {} : { OR: [{ scope: "whole" }, { sites: { hasSome: [...sites] } }] }),
    },
    select: { id: true, name: true },
    orderBy: [{ name: "asc" }, { id: "asc" }],
    take: 1_000,
  });
}

/** Who may act, and what they see: null = the whole installation, else these sites. */
type Acting = ActingPerson & { readonly sites: readonly string[] | null };

/** The id of the account with an e-mail address, in whatever case; null where the console has none. */
export async function accountOf(prisma: PrismaClient, email: string): Promise<string | null> {
  const found = await prisma.user.findUnique({ where: { email: email.toLowerCase() }, select: { id: true } });
  return found?.id ?? null;
}

/** @throws TaplineError `invalid-input` where they do not see what is of `site`; undefined: of no site */
export function mustSee({ name, sites }: Acting, site: string | undefined): void {
  if (sites === null || (site !== undefined && sites.includes(site))) return;
  throw new TaplineError("invalid-input", `${name} does not see this alert: it is of none of their sites`, {
    remedy: "name somebody who sees its site, or the whole installation",
  });
}

/** @param given id or e-mail address @throws TaplineError `invalid-input` where nobody of that name may act */
export async function actingPerson(prisma: PrismaClient, given: string): Promise<Acting> {
  const found = await prisma.user.findFirst({
    where: { OR: [{ id: given }, { email: given.toLowerCase() }] },
    select: { id: true, name: true, role: true, banned: true, scope: true, sites: true },
  });
  if (found !== null && actingRoles.includes(found.role) && !found.banned)
    return { id: found.id, name: found.name, sites: found.scope === "whole" ? null : found.sites };
  throw new TaplineError(
    "invalid-input",
    found === null
      ? `the console knows nobody by ${given}`
      : `${found.name} may not act on alerts: ${found.banned ? "they are locked out" : "they are a viewer"}`,
    { remedy: "name somebody with the role operator or admin, by their e-mail address" },
  );
}
