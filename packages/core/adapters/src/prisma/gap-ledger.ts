import { randomBytes } from "node:crypto";
import type { AuditEntry } from "@tapline/core/audit";
import { uuidV7 } from "@tapline/core/kernel";
import { reconcileGaps, type SeqRange, tallyEnds } from "@tapline/core/transfer";
import { auditRow } from "./audit-row.ts";
import {
  agentEnds,
  changedTrackers,
  type GapScope,
  type History,
  noteAgentEnds,
  openGaps,
  type SubjectRange,
  settleAgents,
  trackerHoles,
} from "./gap-queries.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";

/** Transactions that began before the last sweep and ended after it are seen by the next, if no longer than this. */
const overlapMs = 60_000;
const pageRows = 1_000;
const sweepTimeoutMs = 120_000;
/** Ranges named in one audit entry. */
const mostNamed = 100;

const facts = { cursor: "gap.cursor", history: "gap.history", begin: "gap.begin" } as const;

/** A gap as the ledger has it. `closedAtEpochMs` null = open. */
export type Gap = SubjectRange & {
  readonly scope: GapScope;
  readonly openedAtEpochMs: number;
  readonly closedAtEpochMs: number | null;
};

export type GapFilter = {
  readonly scope?: GapScope;
  readonly subject?: string;
  readonly open?: boolean;
  /** At most so many, newest first. */
  readonly limit: number;
};

/** Numbers that opened and that were filled in one sweep. */
export type Swept = { readonly opened: number; readonly filled: number };

type Tx = Prisma.TransactionClient;
type Found = { readonly looked: SubjectRange; readonly missing: readonly SeqRange[] };
type Named = { readonly scope: GapScope } & SubjectRange;

/** The gap ledger in PostgreSQL: holes by exact numbers, of agents and of trackers. Decision 0017 tells its rules. */
export class GapLedger {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Brings the ledger level with what ended since the last sweep, in one transaction. Any process may call it: one at
   * a time does it.
   * @param graceMs how long what has left an agent may be on its way, ms
   * @returns null where another process is at it
   */
  async sweep(graceMs: number, nowEpochMs: number): Promise<Swept | null> {
    return await this.#prisma.$transaction((tx) => sweep(tx, graceMs, nowEpochMs), {
      timeout: sweepTimeoutMs,
    });
  }

  async list({ scope, subject, open, limit }: GapFilter): Promise<Gap[]> {
    const rows = await this.#prisma.sequenceGap.findMany({
      where: {
        ...(scope === undefined ? {} : { scope }),
        ...(subject === undefined ? {} : { subject }),
        ...(open === true ? { closedAt: null } : {}),
      },
      orderBy: { id: "desc" },
      take: limit,
    });
    return rows.map((row) => ({
      ...{ scope: row.scope as GapScope, subject: row.subject, epoch: Number(row.epoch) },
      ...{ first: Number(row.first), last: Number(row.last), openedAtEpochMs: row.openedAt.getTime() },
      closedAtEpochMs: row.closedAt?.getTime() ?? null,
    }));
  }
}

async function sweep(tx: Tx, graceMs: number, nowEpochMs: number): Promise<Swept | null> {
  const [lock] = await tx.$queryRaw<{ taken: boolean; now: Date }[]>`
    SELECT pg_try_advisory_xact_lock(hashtextextended('tapline.gaps', 0)) AS taken, now() AS now`;
  if (lock?.taken !== true) return null;
  const today = new Date(nowEpochMs).toISOString().slice(0, 10);
  const { since, history } = await openLedger(tx, today);
  const ended = await noteAgentEnds(tx, since, today, history);
  const settled = await settleAgents(tx, history, graceMs, nowEpochMs);
  const refilled = await openGaps(tx, "agent", ended);
  const named = { opened: [] as Named[], filled: [] as Named[] };
  await eachPage([...settled, ...refilled], async (page) => {
    const ends = await agentEnds(tx, page);
    const found = page.map((looked, i) => ({ looked, missing: tallyEnds(looked, ends[i] ?? []).missing }));
    await settle(tx, "agent", found, nowEpochMs, named);
  });
  let after = { subject: "", epoch: 0 };
  for (;;) {
    const page = await changedTrackers(tx, since, after, pageRows);
    await settle(tx, "tracker", await trackerHoles(tx, page), nowEpochMs, named);
    const last = page.at(-1);
    if (last === undefined || page.length < pageRows) break;
    after = last;
  }
  await writeFact(tx, facts.cursor, new Date(lock.now.getTime() - overlapMs).toISOString());
  if (named.opened.length + named.filled.length > 0)
    await tx.auditEntry.create({ data: auditRow(entryOf(named.opened, named.filled, nowEpochMs)) });
  return { opened: numbersIn(named.opened), filled: numbersIn(named.filled) };
}

/** Where the last sweep stopped. The first one finds out whether the ends of before are all known. */
async function openLedger(tx: Tx, today: string): Promise<{ since: Date; history: History }> {
  const rows = await tx.installationFact.findMany({ where: { name: { in: Object.values(facts) } } });
  const known = new Map(rows.map((row) => [row.name, row.value]));
  const cursor = known.get(facts.cursor);
  if (cursor !== undefined)
    return { since: new Date(cursor), history: known.get(facts.history) === "whole" ? "whole" : "rebuilt" };
  const adopted = await tx.auditEntry.findFirst({ where: { action: "segment.adopted" } });
  const history = known.get(facts.history) ?? (adopted === null ? "whole" : "rebuilt");
  await writeFact(tx, facts.history, history);
  await writeFact(tx, facts.begin, today);
  return { since: new Date(0), history: history === "whole" ? "whole" : "first-look" };
}

async function writeFact(tx: Tx, name: string, value: string): Promise<void> {
  const fact = { name, value };
  await tx.installationFact.upsert({ where: { name }, create: fact, update: fact });
}

async function eachPage(
  ranges: readonly SubjectRange[],
  use: (page: readonly SubjectRange[]) => Promise<void>,
): Promise<void> {
  for (let i = 0; i < ranges.length; i += pageRows) await use(ranges.slice(i, i + pageRows));
}

/** Writes what differs between the ledger and what was found. */
async function settle(
  tx: Tx,
  scope: GapScope,
  found: readonly Found[],
  nowEpochMs: number,
  named: { opened: Named[]; filled: Named[] },
): Promise<void> {
  const key = ({ subject, epoch }: SubjectRange): string => `${subject}/${epoch}`;
  const listed = Map.groupBy(
    await openGaps(
      tx,
      scope,
      found.map(({ looked }) => looked),
    ),
    key,
  );
  const [gone, rows]: [bigint[], Prisma.SequenceGapCreateManyInput[]] = [[], []];
  for (const group of Map.groupBy(found, ({ looked }) => key(looked)).values()) {
    const [first] = group;
    if (first === undefined) continue;
    const { subject, epoch } = first.looked;
    const change = reconcileGaps(
      group.map(({ looked }) => looked),
      group.flatMap(({ missing }) => missing),
      listed.get(key(first.looked)) ?? [],
    );
    const add = (range: SeqRange, openedAtEpochMs: number, closed: boolean): void => {
      const closedAt = closed ? new Date(nowEpochMs) : null;
      rows.push({ scope, subject, epoch, ...range, openedAt: new Date(openedAtEpochMs), closedAt });
    };
    for (const range of change.opened) {
      add(range, nowEpochMs, false);
      named.opened.push({ scope, subject, epoch, ...range });
    }
    for (const { gap, open, filled } of change.changed) {
      gone.push(gap.id);
      for (const range of open) add(range, gap.openedAtEpochMs, false);
      for (const range of filled) add(range, gap.openedAtEpochMs, true);
      named.filled.push(...filled.map((range) => ({ scope, subject, epoch, ...range })));
    }
  }
  if (gone.length > 0) await tx.sequenceGap.deleteMany({ where: { id: { in: gone } } });
  if (rows.length > 0) await tx.sequenceGap.createMany({ data: rows });
}

function numbersIn(ranges: readonly Named[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function entryOf(opened: readonly Named[], filled: readonly Named[], atEpochMs: number): AuditEntry {
  return {
    version: 1,
    id: uuidV7(atEpochMs, randomBytes),
    atEpochMs,
    actor: { kind: "job", id: "audit" },
    action: "gap.swept",
    subject: "gap/ledger",
    reason: null,
    facts: {
      opened: numbersIn(opened),
      filled: numbersIn(filled),
      openedRanges: rangesText(opened),
      filledRanges: rangesText(filled),
    },
  };
}

/** As in "agent/gate-1/1:5-6 tracker/0a…/2:9"; what does not fit is counted. */
function rangesText(ranges: readonly Named[]): string {
  const text = ranges.slice(0, mostNamed).map(({ scope, subject, epoch, first, last }) => {
    const numbers = first === last ? `${first}` : `${first}-${last}`;
    return `${scope}/${subject}/${epoch}:${numbers}`;
  });
  if (ranges.length > mostNamed) text.push(`and ${ranges.length - mostNamed} more`);
  return text.join(" ");
}
