import { type Act, endPushes, type PrismaClient, recordAct } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";

/** The sites that somebody sees and no others; `null`: the whole installation. None is nothing, and not all. */
export type Sites = readonly string[] | null;

/** What is seen of sites, in one order, each once; for comparing, and for the audit log. */
export const scopeWords = (sites: Sites) =>
  sites === null ? { scope: "whole", sites: "" } : { scope: "sites", sites: sorted(sites).join(" ") };

/** What the row of a person, a token or an invitation says that is seen. */
export const sitesOf = (row: { scope: string; sites: readonly string[] }): Sites =>
  row.scope === "whole" ? null : row.sites;

/** As rows have it. */
export const scopeColumns = (sites: Sites) =>
  sites === null ? { scope: "whole", sites: [] } : { scope: "sites", sites: sorted(sites) };

const sorted = (sites: readonly string[]): string[] => [...new Set(sites)].toSorted();

/**
 * Sets what a person sees, with its entry, in one transaction. Whoever sees sites only is notified by no browser any more: alerts
 * are of the whole.
 * @param seen what whoever asks believes the person to see
 * @param by the procedure's name
 * @throws TaplineError `conflict` where it is another one by now, or the person is an admin; `not-found`
 */
export async function setScope(
  prisma: PrismaClient,
  userId: string,
  { seen, sites }: { seen: Sites; sites: Sites },
  act: Act,
  by: string,
): Promise<void> {
  await prisma.$transaction(async (tx) => {
    const [row] = await tx.$queryRaw<{ name: string; role: string; scope: string; sites: string[] }[]>`
      SELECT name, role, scope, sites FROM "user" WHERE id = ${userId} FOR UPDATE`;
    if (row === undefined)
      throw new TaplineError("not-found", "this person is not there any more", {
        remedy: "look at the list again",
      });
    const before = scopeWords(sitesOf(row));
    const after = scopeWords(sites);
    if (JSON.stringify(before) !== JSON.stringify(scopeWords(seen)))
      throw new TaplineError("conflict", `${row.name} sees other sites by now`, {
        remedy: "look at it again",
      });
    if (sites !== null && row.role === "admin")
      throw new TaplineError("conflict", "an admin has the whole installation", {
        remedy: "give the person another role before",
      });
    await tx.user.update({
      where: { id: userId },
      data: scopeColumns(sites),
    });
    const now = Date.now();
    await recordAct(
      tx,
      act,
      { action: "user.changed", subject: `user/${userId}`, facts: { by }, before, after },
      now,
    );
    if (sites !== null)
      await endPushes(tx, { userId, why: "may-not-be-told", of: { kind: "all" } }, act, now);
  });
}
