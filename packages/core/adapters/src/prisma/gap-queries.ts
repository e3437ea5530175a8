import { readFileSync } from "node:fs";
import {
  type EndKind,
  type KnownEnd,
  maxAgentRunSpan,
  type OpenGap,
  type SeqRange,
} from "@tapline/core/transfer";
import type { Prisma } from "./generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const statements = {
  noteAgentEnds: sql("note-agent-ends"),
  noteReportedEpochs: sql("note-reported-epochs"),
  settleAgents: sql("settle-agents"),
  agentEnds: sql("agent-ends"),
  changedTrackers: sql("changed-trackers"),
  trackerHoles: sql("tracker-holes"),
  openGaps: sql("open-gaps"),
};

/** Whose numbers: an agent's, in its outbox's epoch, or a tracker's, in its own. */
export const gapScopes = ["agent", "tracker"] as const;

export type GapScope = (typeof gapScopes)[number];

/** Numbers of one agent's or tracker's epoch. */
export type SubjectRange = SeqRange & { readonly subject: string; readonly epoch: number };

/** How much of the ends before the ledger is known: all; or not, in the first look and afterwards. */
export type History = "whole" | "first-look" | "rebuilt";

type Raw = Pick<Prisma.TransactionClient, "$queryRawUnsafe" | "$executeRawUnsafe">;
type RangeRow = { readonly epoch: bigint; readonly first: bigint; readonly last: bigint };

const toRange = (subject: string, { epoch, first, last }: RangeRow): SubjectRange => ({
  ...{ subject, epoch: Number(epoch), first: Number(first), last: Number(last) },
});

/** @returns the span of new ends by agent and epoch */
export async function noteAgentEnds(
  tx: Raw,
  since: Date,
  today: string,
  history: History,
): Promise<SubjectRange[]> {
  const rows = await tx.$queryRawUnsafe<(RangeRow & { agent: string })[]>(
    ...([statements.noteAgentEnds, since, new Date(today), history] as const),
  );
  return rows.map((row) => toRange(row.agent, row));
}

/** @returns the numbers that are settled since, by agent and epoch */
export async function settleAgents(
  tx: Raw,
  history: History,
  graceMs: number,
  nowEpochMs: number,
): Promise<SubjectRange[]> {
  await tx.$executeRawUnsafe(statements.noteReportedEpochs, history);
  const rows = await tx.$queryRawUnsafe<(RangeRow & { agent: string })[]>(
    ...([statements.settleAgents, graceMs, new Date(nowEpochMs)] as const),
  );
  return rows.map((row) => toRange(row.agent, row));
}

/** For each range asked, in order, the ends known of its numbers. */
export async function agentEnds(tx: Raw, asked: readonly SubjectRange[]): Promise<KnownEnd[][]> {
  const rows = await tx.$queryRawUnsafe<
    { position: number; kind: EndKind; first_seq: bigint; last_seq: bigint; members: Uint8Array | null }[]
  >(statements.agentEnds, ...columns(asked), maxAgentRunSpan);
  const found: KnownEnd[][] = asked.map(() => []);
  for (const { position, kind, first_seq, last_seq, members } of rows)
    found[position - 1]?.push({ kind, firstSeq: Number(first_seq), lastSeq: Number(last_seq), members });
  return found;
}

/** A page of trackers with the span of what was archived of them since. @param after the last of the page before */
export async function changedTrackers(
  tx: Raw,
  since: Date,
  after: { readonly subject: string; readonly epoch: number },
  rows: number,
): Promise<SubjectRange[]> {
  const found = await tx.$queryRawUnsafe<(RangeRow & { tracker: string })[]>(
    ...([statements.changedTrackers, since, after.subject, BigInt(after.epoch), rows] as const),
  );
  return found.map((row) => toRange(row.tracker, row));
}

/** For each span asked, in order, what was looked at and what is missing in it. */
export async function trackerHoles(
  tx: Raw,
  asked: readonly SubjectRange[],
): Promise<{ looked: SubjectRange; missing: SeqRange[] }[]> {
  const rows = await tx.$queryRawUnsafe<
    {
      position: number;
      looked_first: bigint;
      looked_last: bigint;
      first: bigint | null;
      last: bigint | null;
    }[]
  >(statements.trackerHoles, ...columns(asked));
  const found = asked.map((range) => ({ looked: range, missing: [] as SeqRange[] }));
  for (const { position, looked_first, looked_last, first, last } of rows) {
    const one = found[position - 1];
    if (one === undefined) continue;
    one.looked = { ...one.looked, first: Number(looked_first), last: Number(looked_last) };
    if (first !== null && last !== null) one.missing.push({ first: Number(first), last: Number(last) });
  }
  return found;
}

/** Open gaps that reach into any of the ranges. */
export async function openGaps(
  tx: Raw,
  scope: GapScope,
  asked: readonly SubjectRange[],
): Promise<(OpenGap & SubjectRange)[]> {
  if (asked.length === 0) return [];
  const rows = await tx.$queryRawUnsafe<(RangeRow & { id: bigint; subject: string; opened_at: Date })[]>(
    ...([statements.openGaps, scope, ...columns(asked)] as const),
  );
  return rows.map((row) => ({
    ...toRange(row.subject, row),
    id: row.id,
    openedAtEpochMs: row.opened_at.getTime(),
  }));
}

function columns(ranges: readonly SubjectRange[]): [string[], bigint[], bigint[], bigint[]] {
  return [
    ranges.map(({ subject }) => subject),
    ranges.map(({ epoch }) => BigInt(epoch)),
    ranges.map(({ first }) => BigInt(first)),
    ranges.map(({ last }) => BigInt(last)),
  ];
}
