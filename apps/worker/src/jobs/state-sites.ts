import type { GapStatements, SiteDay, SiteStatements } from "@tapline/adapters/prisma";
import type { SftpArchive } from "@tapline/adapters/sftp";
import { type Signer, signDetached } from "@tapline/core/encryption";
import { hasCode } from "@tapline/core/kernel";
import { buildSiteStatement, type SiteStatement, siteStatementPaths } from "@tapline/core/transfer";

export type StateSitesParts = {
  readonly sites: Pick<SiteStatements, "due" | "agentsOn" | "keep" | "unstored" | "noteStored">;
  readonly statements: Pick<GapStatements, "epochsOf">;
  readonly archive: Pick<SftpArchive, "put">;
  readonly signer: Signer;
  readonly clock: () => number;
  /** Told of a day that does not balance. */
  readonly onUnbalanced: (statement: SiteStatement) => void;
  /** Told of a day of which another statement stands in the archive; that one stays. */
  readonly onOtherSite: (day: SiteDay) => void;
};

const hourMs = 3_600_000;
const mostDays = 1_000;
const storedAtOnce = 100;

/**
 * States every site's day of which all agents' days are stated. A statement is kept in PostgreSQL first, so that each
 * attempt stores the same bytes; the archive gets the signature before it.
 * @returns how many were made and stored
 */
export async function stateSites(parts: StateSitesParts): Promise<{ made: number; stored: number }> {
  const { sites, signer, clock, onUnbalanced } = parts;
  const until = new Date(clock() - hourMs).toISOString().slice(0, 10);
  let made = 0;
  for (const { site, day } of await sites.due(until, mostDays)) {
    const { statement, bytes } = await balanceSite({ site, day }, parts);
    const signature = signDetached(bytes, signer, statement.madeAtEpochMs);
    await sites.keep(statement, bytes, signature, { kind: "job", id: "audit" });
    if (!statement.balanced) onUnbalanced(statement);
    made += 1;
  }
  return { made, stored: await store(parts) };
}

/** A site's day as it is known now. */
export async function balanceSite(
  { site, day }: SiteDay,
  {
    sites,
    statements,
    clock,
  }: Pick<StateSitesParts, "statements" | "clock"> & { readonly sites: Pick<SiteStatements, "agentsOn"> },
): Promise<{ statement: SiteStatement; bytes: Buffer }> {
  const agents = [];
  for (const { agent } of await sites.agentsOn(day, site))
    agents.push({ agent, epochs: (await statements.epochsOf({ agent, day })) ?? [] });
  return buildSiteStatement({ site, day, madeAtEpochMs: clock(), agents });
}

async function store({ sites, archive, clock, onOtherSite }: StateSitesParts): Promise<number> {
  const waiting = await sites.unstored(storedAtOnce);
  for (const { site, day, bytes, signature } of waiting) {
    const paths = siteStatementPaths(site, day);
    try {
      await archive.put(paths.signature, signature);
      await archive.put(paths.statement, bytes);
    } catch (error) {
      if (!hasCode(error, "conflict")) throw error;
      onOtherSite({ site, day });
    }
    await sites.noteStored({ site, day }, clock());
  }
  return waiting.length;
}
