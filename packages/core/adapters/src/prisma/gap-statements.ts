import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { newEntry } from "@tapline/core/audit";
import { type Actor, sha256 } from "@tapline/core/kernel";
import { countOf, type GapStatement, intersect, merge, subtract, tallyEnds } from "@tapline/core/transfer";
import type { ActBy } from "./acts.ts";
import { auditRow } from "./audit-row.ts";
import { agentEnds } from "./gap-queries.ts";
import type { PrismaClient } from "./generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const dayNumbersSql = sql("day-numbers");
const dueStatementsSql = sql("due-statements");

/** One agent's UTC day, `YYYY-MM-DD`. */
export type AgentDay = { readonly agent: string; readonly day: string };

/** A statement with its signature, on its way to the archive. */
export type SignedStatement = AgentDay & {
  readonly noGap: boolean;
  readonly bytes: Buffer;
  readonly signature: Buffer;
  readonly madeAtEpochMs: number;
};

/** Statements about agents' days, in PostgreSQL until they stand in the archive. */
export class GapStatements {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * What is known of the numbers that were first known on a day, by epoch.
   * @returns null where the agent is not known to have been there on that day
   */
  async epochsOf({ agent, day }: AgentDay): Promise<GapStatement["epochs"] | null> {
    const rows = await this.#prisma.$queryRawUnsafe<
      { epoch: bigint; first: bigint; last: bigint; judged_from: bigint; settled: bigint }[]
    >(dayNumbersSql, agent, new Date(day));
    if (rows.length === 0) return null;
    const ranges = rows
      .map((row) => ({
        ...{ subject: agent, epoch: Number(row.epoch), first: Number(row.first), last: Number(row.last) },
        ...{ judgedFrom: Number(row.judged_from), settled: Number(row.settled) },
      }))
      .filter(({ first, last }) => first <= last);
    const ends = await agentEnds(this.#prisma, ranges);
    return ranges.map(({ epoch, first, last, judgedFrom, settled }, i) => {
      const { archived, duplicate, rejected, missing } = tallyEnds({ first, last }, ends[i] ?? []);
      const judged = merge([{ first: judgedFrom, last: settled }]);
      const unjudged = intersect(missing, merge([{ first: 0, last: judgedFrom - 1 }]));
      const holes = intersect(missing, judged);
      return {
        ...{ epoch, first, last, archived, duplicates: duplicate, rejected },
        pending: countOf(subtract(subtract(missing, unjudged), holes)),
        unjudged: countOf(unjudged),
        holes: holes.map((hole): [number, number] => [hole.first, hole.last]),
      };
    });
  }

  /** Days that ended before `untilDay` and have no statement, oldest first; none from before the ledger began. */
  async due(untilDay: string, limit: number): Promise<AgentDay[]> {
    const begin = await this.#prisma.installationFact.findUnique({ where: { name: "gap.begin" } });
    if (begin === null) return [];
    return await this.#prisma.$queryRawUnsafe<AgentDay[]>(
      ...([dueStatementsSql, new Date(begin.value), new Date(untilDay), limit] as const),
    );
  }

  /** Keeps statements, with one audit entry; a day that has one keeps that. */
  async keep(statements: readonly SignedStatement[], actor: Actor, atEpochMs: number): Promise<void> {
    if (statements.length === 0) return;
    const days = [...new Set(statements.map(({ day }) => day))].sort();
    await this.#prisma.$transaction([
      this.#prisma.gapStatement.createMany({
        data: statements.map(({ agent, day, noGap, bytes, signature, madeAtEpochMs }) => ({
          ...{ agent, noGap, day: new Date(day), madeAt: new Date(madeAtEpochMs) },
          digest: new Uint8Array(sha256(bytes)),
          statement: new Uint8Array(bytes),
          signature: new Uint8Array(signature),
        })),
        skipDuplicates: true,
      }),
      this.#prisma.auditEntry.create({
        data: auditRow(
          newEntry(atEpochMs, randomBytes, {
            ...{ actor, reason: null, action: "gap.stated", subject: `day/${days.at(-1)}` },
            facts: {
              statements: statements.length,
              withoutGap: statements.filter(({ noGap }) => noGap).length,
              firstDay: days[0] ?? "",
            },
          }),
        ),
      }),
    ]);
  }

  /** Records that somebody had a statement made, beside those that the archive gets. */
  async noteMade(
    { agent, day, noGap, madeAtEpochMs: atEpochMs }: SignedStatement,
    { actor, traceId }: ActBy,
  ): Promise<void> {
    const facts = { statements: 1, withoutGap: noGap ? 1 : 0, firstDay: day };
    const by = { actor, traceId, reason: null };
    const what = { ...by, action: "gap.stated", subject: `agent/${agent}`, facts } as const;
    await this.#prisma.auditEntry.create({ data: auditRow(newEntry(atEpochMs, randomBytes, what)) });
  }

  /** Statements that do not stand in the archive yet, oldest first. */
  async unstored(limit: number): Promise<(AgentDay & { bytes: Buffer; signature: Buffer })[]> {
    const rows = await this.#prisma.gapStatement.findMany({
      where: { storedAt: null },
      orderBy: [{ day: "asc" }, { agent: "asc" }],
      take: limit,
    });
    return rows.map(({ agent, day, statement, signature }) => ({
      ...{ agent, day: day.toISOString().slice(0, 10) },
      bytes: Buffer.from(statement ?? []),
      signature: Buffer.from(signature ?? []),
    }));
  }

  /** The archive has it: its bytes go from here. */
  async noteStored({ agent, day }: AgentDay, atEpochMs: number): Promise<void> {
    await this.#prisma.gapStatement.update({
      where: { agent_day: { agent, day: new Date(day) } },
      data: { storedAt: new Date(atEpochMs), statement: null, signature: null },
    });
  }
}
