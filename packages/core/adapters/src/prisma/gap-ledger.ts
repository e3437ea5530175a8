import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AuditEntry, newEntry } from "@tapline/core/audit";
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

const addGapsSql = readFileSync(new URL("./add-gaps.sql", import.meta.url), "utf8");

/** Transactions that began before the last sweep and ended after it are seen by the next, if no longer than this. */
const overlapMs = 60_000;
const pageRows = 500;
const stepTimeoutMs = 120_000;
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
type Counted = { readonly opened: number; readonly filled: number };

/** The same of agents and of trackers. */
export type Swept = Readonly<Record<GapScope, Counted>>;

type Tx = Prisma.TransactionClient;
type Found = { readonly looked: SubjectRange; readonly missing: readonly SeqRange[] };
type GapRow = Named & { readonly opened_at_ms: number; readonly closed_at_ms: number | null };
type Named = { readonly scope: GapScope } & SubjectRange;

/** The gap ledger in PostgreSQL: holes by exact numbers, of agents and of trackers. Decision 0017 tells its rules. */
export class GapLedger {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /**
   * Brings the ledger level with what ended since the last sweep. Any process may call it: one at a time does it. It
   * goes in several transactions; cut off between two of them, the next sweep does the rest.
   * @param graceMs how long what has left an agent may be on its way, ms
   * @returns null where another process is at it
   */
  async sweep(graceMs: number, nowEpochMs: number): Promise<Swept | null> {
    const begun = await this.#step(async (tx) => {
      const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT now() AS now`;
      const { since, history } = await openLedger(tx, dayOf(nowEpochMs));
      const swept = await sweepAgents(tx, since, history, graceMs, nowEpochMs);
      return { since, swept, now: row?.now ?? since };
    });
    if (begun === null) return null;
    const { since, now } = begun;
    let tracker: Counted = { opened: 0, filled: 0 };
    for (let after = { subject: "", epoch: 0 }; ; ) {
      const page = await changedTrackers(this.#prisma, since, after, pageRows);
      const swept = page.length === 0 ? null : await this.#step((tx) => sweepTrackers(tx, page, nowEpochMs));
      if (page.length > 0 && swept === null) return null;
      tracker = {
        opened: tracker.opened + (swept?.opened ?? 0),
        filled: tracker.filled + (swept?.filled ?? 0),
      };
      const last = page.at(-1);
      if (last === undefined || page.length < pageRows) break;
      after = last;
    }
    await writeFact(this.#prisma, facts.cursor, new Date(now.getTime() - overlapMs).toISOString());
    return { agent: begun.swept, tracker };
  }

  /** A transaction that is the only one of its kind; null where there is another one. */
  async #step<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result | null> {
    const run = async (tx: Tx): Promise<Result | null> => {
      const [lock] = await tx.$queryRaw<{ taken: boolean }[]>`
        SELECT pg_try_advisory_xact_lock(hashtextextended('tapline.gaps', 0)) AS taken`;
      return lock?.taken === true ? await work(tx) : null;
    };
    return await this.#prisma.$transaction(run, { timeout: stepTimeoutMs });
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

type Changes = { readonly opened: Named[]; readonly filled: Named[] };

/** Agents: how far they are settled moves in the same step as what was found on the way. */
async function sweepAgents(tx: Tx, since: Date, history: History, graceMs: number, nowEpochMs: number) {
  const ended = await noteAgentEnds(tx, since, dayOf(nowEpochMs), history);
  const settled = await settleAgents(tx, history, graceMs, nowEpochMs);
  const asked = [...settled, ...(await openGaps(tx, "agent", ended))];
  const changes: Changes = { opened: [], filled: [] };
  for (let i = 0; i < asked.length; i += pageRows) {
    const page = asked.slice(i, i + pageRows);
    const ends = await agentEnds(tx, page);
    const found = page.map((looked, at) => ({ looked, missing: tallyEnds(looked, ends[at] ?? []).missing }));
    await settle(tx, "agent", found, nowEpochMs, changes);
  }
  return await audited(tx, changes, nowEpochMs);
}

/** One page of trackers; what it finds is the same however often it is done. */
async function sweepTrackers(tx: Tx, page: readonly SubjectRange[], nowEpochMs: number): Promise<Counted> {
  const changes: Changes = { opened: [], filled: [] };
  await settle(tx, "tracker", await trackerHoles(tx, page), nowEpochMs, changes);
  return await audited(tx, changes, nowEpochMs);
}

async function audited(tx: Tx, { opened, filled }: Changes, nowEpochMs: number): Promise<Counted> {
  if (opened.length + filled.length > 0)
    await tx.auditEntry.create({ data: auditRow(entryOf(opened, filled, nowEpochMs)) });
  return { opened: numbersIn(opened), filled: numbersIn(filled) };
}

function dayOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
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

async function writeFact(tx: Pick<Tx, "installationFact">, name: string, value: string): Promise<void> {
  const fact = { name, value };
  await tx.installationFact.upsert({ where: { name }, create: fact, update: fact });
}

/** Writes what differs between the ledger and what was found. */
async function settle(
  tx: Tx,
  scope: GapScope,
  found: readonly Found[],
  nowEpochMs: number,
  named: Changes,
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
  const [gone, rows]: [bigint[], GapRow[]] = [[], []];
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
      const closed_at_ms = closed ? nowEpochMs : null;
      rows.push({ scope, subject, epoch, ...range, opened_at_ms: openedAtEpochMs, closed_at_ms });
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
  if (rows.length > 0) await tx.$executeRawUnsafe(addGapsSql, JSON.stringify(rows));
}

function numbersIn(ranges: readonly Named[]): number {
  return ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
}

function entryOf(opened: readonly Named[], filled: readonly Named[], atEpochMs: number): AuditEntry {
  return newEntry(atEpochMs, randomBytes, {
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
  });
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
