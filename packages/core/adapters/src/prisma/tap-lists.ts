import { readFileSync } from "node:fs";
import { maxAgentRunSpan } from "@tapline/core/transfer";
import type { PrismaClient } from "./generated/client.ts";
import { isMember } from "./tap-finder.ts";
import { TapSites } from "./tap-sites.ts";

const recentSql = readFileSync(new URL("./list-recent-runs.sql", import.meta.url), "utf8");

/** How a number stands: `open` has no end, or none yet. */
export type TapStanding = "archived" | "duplicate" | "rejected" | "open";

/** Taps of one tracker or agent, of consecutive or near numbers. Times: ms since 1970. */
export type ListedTaps = {
  readonly who: string;
  readonly epoch: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly taps: number;
  readonly is: TapStanding;
  readonly segment: string | null;
  /** When they ended; null where they have not. */
  readonly atEpochMs: number | null;
};

/** A number of a tracker's or an agent's epoch. */
export type SeqPlace = { readonly epoch: number; readonly seq: number };

/** A run of a segment. */
export type RunPlace = SeqPlace & {
  readonly archivedAtEpochMs: number;
  readonly segment: string;
  readonly agent: string;
};

export type TapPage<Place> = { readonly rows: ListedTaps[]; readonly next: Place | null };

type RecentRow = {
  readonly archivedAt: Date;
  readonly segment: string;
  readonly agent: string | null;
  readonly epoch: bigint;
  readonly firstSeq: bigint;
  readonly lastSeq: bigint;
  readonly taps: number;
};

/** How many of the newest segments are looked at for one page. */
const mostLookedAt = 500;
/** The same for those who see some sites only, where the newest have too little of theirs. */
const mostLookedAtForSome = 5_000;
const lastUuid = "ffffffff-ffff-ffff-ffff-ffffffffffff";
const endOfTime = 253_402_300_799_999;

/** Taps by whom they are of, the newest first. */
export class TapLists {
  readonly #prisma: PrismaClient;
  readonly #sites: TapSites;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
    this.#sites = new TapSites(prisma);
  }

  /** What a word is the name of; `null` where nothing is called so. An agent comes before a site, a site before a tracker. */
  async kindOf(word: string): Promise<"agent" | "site" | "tracker" | null> {
    const one = { take: 1 } as const;
    const [agent, run, site, tracker, tap] = await Promise.all([
      this.#prisma.agent.count({ where: { id: word } }),
      this.#prisma.agentRun.findMany({ where: { agent: word }, select: { agent: true }, ...one }),
      this.#prisma.agent.findMany({ where: { site: word }, select: { id: true }, ...one }),
      this.#prisma.tracker.count({ where: { id: word } }),
      this.#prisma.tapRun.findMany({ where: { tracker: word }, select: { tracker: true }, ...one }),
    ]);
    if (agent > 0 || run.length > 0) return "agent";
    if (site.length > 0) return "site";
    return tracker > 0 || tap.length > 0 ? "tracker" : null;
  }

  /** A tracker's archived taps, number by number. */
  async ofTracker(tracker: string, after: SeqPlace | null, limit: number): Promise<TapPage<SeqPlace>> {
    const runs = await this.#prisma.tapRun.findMany({
      where: { tracker, ...(after === null ? {} : { OR: below(after) }) },
      orderBy: [{ trackerEpoch: "desc" }, { firstSeq: "desc" }],
      include: { segment: { select: { archivedAt: true } } },
      omit: { digests: true },
      take: limit + 1,
    });
    const rows: ListedTaps[] = [];
    for (const run of runs) {
      const [epoch, first] = [Number(run.trackerEpoch), Number(run.firstSeq)];
      const isBegun = after !== null && after.epoch === epoch;
      const from = Math.min(Number(run.lastSeq), isBegun ? after.seq - 1 : Number.MAX_SAFE_INTEGER);
      for (let seq = from; seq >= first && rows.length <= limit; seq--)
        rows.push({
          ...{ who: tracker, epoch, firstSeq: seq, lastSeq: seq, taps: 1, is: "archived" },
          ...{ segment: run.segmentId, atEpochMs: run.segment.archivedAt.getTime() },
        });
    }
    return pageOf(rows, limit, ({ epoch, firstSeq }) => ({ epoch, seq: firstSeq }));
  }

  /** Every number that an agent has given, with its end, those without one too. */
  async ofAgent(agent: string, after: SeqPlace | null, limit: number): Promise<TapPage<SeqPlace>> {
    const top = await this.#top(agent, after);
    if (top === null) return { rows: [], next: null };
    const low = Math.max(0, top.seq - limit + 1);
    const rows = (await this.#numbers(agent, top.epoch, low, top.seq)).toReversed();
    const next = { epoch: top.epoch, seq: low };
    const isMore = low > 0 || (await this.#top(agent, next)) !== null;
    // Numbers begin at 1: what stands below the first is none.
    const given = rows.filter(({ firstSeq, is }) => firstSeq > 0 || is !== "open");
    return { rows: given, next: isMore ? next : null };
  }

  /** The runs that were archived last, of all agents or of a site's. */
  async recent(site: string | null, after: RunPlace | null, limit: number): Promise<TapPage<RunPlace>> {
    const agents = site === null ? null : await this.#sites.agentsOf([site]);
    const { page, oldest } = await this.#recent(agents, after, limit, mostLookedAt);
    if (page.next !== null || oldest === undefined || oldest.taps < mostLookedAt) return page;
    // Older segments were not looked at: the next page begins behind the oldest that was.
    const { archivedAt, segment } = oldest;
    const behind = { archivedAtEpochMs: archivedAt.getTime(), segment, agent: "", epoch: 0, seq: 0 };
    return { rows: page.rows, next: behind };
  }

  /**
   * The same of some sites, for whoever sees these alone: it stops where nothing of theirs is among the next `mostLookedAtForSome`
   * segments, and names no place but one of theirs, so that it says nothing of what else is archived. An agent's own list goes on.
   */
  async recentOfSome(
    sites: readonly string[],
    after: RunPlace | null,
    limit: number,
  ): Promise<TapPage<RunPlace>> {
    const agents = await this.#sites.agentsOf(sites);
    if (agents.length === 0) return { rows: [], next: null };
    const near = await this.#recent(agents, after, limit, mostLookedAt);
    if (near.page.next !== null) return near.page;
    return (await this.#recent(agents, after, limit, mostLookedAtForSome)).page;
  }

  /** `oldest`: the oldest segment that was looked at, and how many were. */
  async #recent(
    agents: readonly string[] | null,
    after: RunPlace | null,
    limit: number,
    segments: number,
  ): Promise<{ page: TapPage<RunPlace>; oldest: RecentRow | undefined }> {
    const rows = await this.#prisma.$queryRawUnsafe<RecentRow[]>(
      recentSql,
      agents,
      new Date(after?.archivedAtEpochMs ?? endOfTime),
      after?.segment ?? lastUuid,
      after?.agent ?? "~",
      BigInt(after?.epoch ?? Number.MAX_SAFE_INTEGER),
      BigInt(after?.seq ?? Number.MAX_SAFE_INTEGER),
      segments,
      limit + 1,
    );
    const found = rows.flatMap(({ agent, ...row }) => (agent === null ? [] : [{ ...row, agent }]));
    const listed = found.map(
      (row): ListedTaps => ({
        ...{ who: row.agent, epoch: Number(row.epoch), is: "archived", segment: row.segment },
        ...{ firstSeq: Number(row.firstSeq), lastSeq: Number(row.lastSeq), taps: row.taps },
        atEpochMs: row.archivedAt.getTime(),
      }),
    );
    const page = pageOf(listed, limit, ({ who, epoch, firstSeq, segment, atEpochMs }) => ({
      ...{ agent: who, epoch, seq: firstSeq },
      ...{ segment: segment ?? "", archivedAtEpochMs: atEpochMs ?? 0 },
    }));
    return { page, oldest: rows.find(({ agent }) => agent === null) };
  }

  /** The highest number known below a place, in its epoch or an earlier one. */
  async #top(agent: string, below: SeqPlace | null): Promise<SeqPlace | null> {
    if (below !== null && below.seq > 0) return { epoch: below.epoch, seq: below.seq - 1 };
    const where = { agent, ...(below === null ? {} : { epoch: { lt: BigInt(below.epoch) } }) };
    const newest = { where, orderBy: [{ epoch: "desc" as const }, { firstSeq: "desc" as const }], take: 50 };
    const number = { orderBy: [{ epoch: "desc" as const }, { seq: "desc" as const }], take: 1 };
    const [archived, duplicates, refused, reported, marked] = await Promise.all([
      this.#prisma.agentRun.findMany({ ...newest, select: { epoch: true, lastSeq: true } }),
      this.#prisma.duplicateRun.findMany({ ...newest, select: { epoch: true, lastSeq: true } }),
      this.#prisma.quarantinedTap.findMany({ where, ...number, select: { epoch: true, seq: true } }),
      this.#prisma.agentReport.findMany({ where, select: { epoch: true, nextSeq: true } }),
      this.#prisma.agentMark.findMany({ where, select: { epoch: true, highest: true } }),
    ]);
    const places = [
      ...[...archived, ...duplicates].map(({ epoch, lastSeq }) => ({ epoch, seq: lastSeq })),
      ...refused,
      ...reported.map(({ epoch, nextSeq }) => ({ epoch, seq: nextSeq - 1n })),
      ...marked.map(({ epoch, highest }) => ({ epoch, seq: highest })),
    ].filter(({ seq }) => seq > 0n);
    const [top] = places.toSorted((a, b) => Number(b.epoch - a.epoch) || Number(b.seq - a.seq));
    return top === undefined ? null : { epoch: Number(top.epoch), seq: Number(top.seq) };
  }

  /** The numbers from `low` to `high`, each with its end, lowest first. */
  async #numbers(agent: string, epoch: number, low: number, high: number): Promise<ListedTaps[]> {
    const runs = {
      ...{ agent, epoch: BigInt(epoch), lastSeq: { gte: BigInt(low) } },
      firstSeq: { lte: BigInt(high), gt: BigInt(low - maxAgentRunSpan) },
    };
    const seqs = { agent, epoch: BigInt(epoch), seq: { gte: BigInt(low), lte: BigInt(high) } };
    const [archived, duplicates, refused] = await Promise.all([
      this.#prisma.agentRun.findMany({ where: runs, include: { segment: { select: { archivedAt: true } } } }),
      this.#prisma.duplicateRun.findMany({ where: runs }),
      this.#prisma.quarantinedTap.findMany({ where: seqs, select: { seq: true, quarantinedAt: true } }),
    ]);
    return Array.from({ length: high - low + 1 }, (_, i): ListedTaps => {
      const seq = low + i;
      const row = { who: agent, epoch, firstSeq: seq, lastSeq: seq, taps: 1 };
      const held = archived.find((run) => isMember(run, seq));
      if (held !== undefined)
        return {
          ...row,
          is: "archived",
          segment: held.segmentId,
          atEpochMs: held.segment.archivedAt.getTime(),
        };
      const twin = duplicates.find((run) => isMember(run, seq));
      if (twin !== undefined)
        return { ...row, is: "duplicate", segment: twin.heldBy, atEpochMs: twin.endedAt.getTime() };
      const rejected = refused.find((one) => Number(one.seq) === seq);
      return rejected === undefined
        ? { ...row, is: "open", segment: null, atEpochMs: null }
        : { ...row, is: "rejected", segment: null, atEpochMs: rejected.quarantinedAt.getTime() };
    });
  }
}

/** Runs of a tracker with numbers below a place. */
function below({ epoch, seq }: SeqPlace) {
  return [
    { trackerEpoch: { lt: BigInt(epoch) } },
    { trackerEpoch: BigInt(epoch), firstSeq: { lt: BigInt(seq) } },
  ];
}

function pageOf<Place>(
  rows: readonly ListedTaps[],
  limit: number,
  placeOf: (row: ListedTaps) => Place,
): TapPage<Place> {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last !== undefined ? placeOf(last) : null };
}
