import { type Actor, TaplineError } from "@tapline/core/kernel";
import type { PrismaClient } from "../prisma/generated/client.ts";

type People = Pick<PrismaClient, "user">;

/**
 * Where two persons have to want something, each is an admin's account: a name that was only said at a command, a token, a rule
 * and a job are nobody there, or one person could be two by another name.
 * @throws TaplineError `forbidden`
 */
export async function assertFirstPerson(people: People, asker: Actor): Promise<void> {
  if (await isAdmin(people, asker)) return;
  throw new TaplineError(
    "forbidden",
    `two persons have to want this, and the first, ${asker.kind} ${asker.id}, is no admin's account`,
    {
      remedy:
        "Have an admin ask on the page Keys; where a rule of NoOps wants it, have an admin approve it or arm the rule, on the " +
        "page NoOps or by a command with --by and the e-mail address of their account.",
      facts: { actor: `${asker.kind}/${asker.id}` },
    },
  );
}

/**
 * @param askedBy id of the first person
 * @throws TaplineError `forbidden` where the second one is the same, or no admin; `conflict` where the first one is no admin any more
 */
export async function assertSecondPerson(people: People, askedBy: string, second: Actor): Promise<void> {
  if (askedBy === second.id)
    throw new TaplineError("forbidden", "whoever asked for a change cannot approve it", {
      remedy: "Have another admin look at it.",
    });
  if (!(await isAdmin(people, { kind: "operator", id: askedBy })))
    throw new TaplineError("conflict", "whoever asked for it is no admin, at least not any more", {
      remedy: "Cancel it, and ask for it anew where it is still wanted.",
    });
  if (!(await isAdmin(people, second)))
    throw new TaplineError("forbidden", "only an admin's account approves what two persons have to want", {
      remedy: "Approve it on the page Keys.",
    });
}

async function isAdmin(people: People, { kind, id }: Actor): Promise<boolean> {
  if (kind !== "operator") return false;
  const person = await people.user.findUnique({ where: { id }, select: { role: true, banned: true } });
  return person?.role === "admin" && !person.banned;
}
