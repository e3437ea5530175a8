import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { newEntry } from "@tapline/core/audit";
import { type Actor, sha256, TaplineError } from "@tapline/core/kernel";
import type { SiteStatement } from "@tapline/core/transfer";
import { type Act, recordAct } from "./acts.ts";
import { auditRow } from "./audit-row.ts";
import type { PrismaClient } from "./generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const dueSitesSql = sql("due-sites");
const siteAgentsSql = sql("site-agents");

/** One site's UTC day, `YYYY-MM-DD`. */
export type SiteDay = { readonly site: string; readonly day: string };

/** Statements about sites' days, in PostgreSQL until they stand in the archive; and which agent stands where. */
export class SiteStatements {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Days of sites that ended before `untilDay`, of which all agents' days are stated and the site's is not. */
  async due(untilDay: string, limit: number): Promise<SiteDay[]> {
    const begin = await this.#prisma.installationFact.findUnique({ where: { name: "gap.begin" } });
    if (begin === null) return [];
    return await this.#prisma.$queryRawUnsafe<SiteDay[]>(
      ...([dueSitesSql, new Date(begin.value), new Date(untilDay), limit] as const),
    );
  }

  /** Agents known to have been there on a day, with the site where each stands now. @param site null = all */
  async agentsOn(day: string, site: string | null): Promise<{ site: string; agent: string }[]> {
    return await this.#prisma.$queryRawUnsafe<{ site: string; agent: string }[]>(
      siteAgentsSql,
      new Date(day),
      site,
    );
  }

  /** Keeps a statement, with its audit entries; a day that has one keeps that. */
  async keep(statement: SiteStatement, bytes: Buffer, signature: Buffer, actor: Actor): Promise<void> {
    const { site, day, madeAtEpochMs, balanced, tapped, archived, duplicates, quarantined, pending } =
      statement;
    const { unjudged, missing } = statement;
    const facts = { day, tapped, archived, duplicates, quarantined, pending, unjudged, missing };
    const actions = balanced ? (["site.stated"] as const) : (["site.stated", "site.unbalanced"] as const);
    const entries = actions.map((action) =>
      auditRow(
        newEntry(madeAtEpochMs, randomBytes, { actor, action, subject: `site/${site}`, reason: null, facts }),
      ),
    );
    await this.#prisma.$transaction([
      this.#prisma.siteStatement.create({
        data: {
          ...{ site, day: new Date(day), madeAt: new Date(madeAtEpochMs), balanced },
          digest: new Uint8Array(sha256(bytes)),
          statement: new Uint8Array(bytes),
          signature: new Uint8Array(signature),
        },
      }),
      this.#prisma.auditEntry.createMany({ data: entries }),
    ]);
  }

  /** Statements that do not stand in the archive yet, oldest first. */
  async unstored(limit: number): Promise<(SiteDay & { bytes: Buffer; signature: Buffer })[]> {
    const rows = await this.#prisma.siteStatement.findMany({
      where: { storedAt: null },
      orderBy: [{ day: "asc" }, { site: "asc" }],
      take: limit,
    });
    return rows.map(({ site, day, statement, signature }) => ({
      ...{ site, day: day.toISOString().slice(0, 10) },
      bytes: Buffer.from(statement ?? []),
      signature: Buffer.from(signature ?? []),
    }));
  }

  /** The archive has it: its bytes go from here. */
  async noteStored({ site, day }: SiteDay, atEpochMs: number): Promise<void> {
    await this.#prisma.siteStatement.update({
      where: { site_day: { site, day: new Date(day) } },
      data: { storedAt: new Date(atEpochMs), statement: null, signature: null },
    });
  }

  /** Which sites' days are stated, and whether they balance. @param day `YYYY-MM-DD` */
  async stated(day: string): Promise<Map<string, boolean>> {
    const rows = await this.#prisma.siteStatement.findMany({ where: { day: new Date(day) } });
    return new Map(rows.map(({ site, balanced }) => [site, balanced]));
  }

  /** Says where an agent stands; days that are not stated yet count for that site. @throws TaplineError `not-found` */
  async setSite(agent: string, site: string, act: Act, atEpochMs: number): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      const known = await tx.agent.findUnique({ where: { id: agent }, select: { site: true } });
      if (known === null)
        throw new TaplineError("not-found", `there is no agent ${agent}`, {
          remedy: "tapline agent ls names them",
        });
      await tx.agent.update({ where: { id: agent }, data: { site } });
      const what = { action: "site.set" as const, subject: `agent/${agent}`, facts: {} };
      await recordAct(tx, act, { ...what, before: { site: known.site }, after: { site } }, atEpochMs);
    });
  }
}
