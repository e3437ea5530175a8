import { readFileSync } from "node:fs";
import { agentHeardWithinMs, missedAgentReports } from "@tapline/core/kpi";
import { type FleetState, type Wanted, wantedOf } from "@tapline/core/rollout";
import { type AgentReport, agentReportSchema, agentSettingsSchema } from "@tapline/core/tap";
import { marks, readMark } from "../acts.ts";
import { readFleetMark, readFleetState } from "../fleet-rows.ts";
import type { PrismaClient } from "../generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
/** What `FleetBoard.list` reads. */
export const listFleetBoardSql = sql("list-fleet-board");
const newsSql = sql("list-fleet-news");
const countSql = sql("count-fleet");

/** An agent with all that the stores know of it. Times: ms since 1970, null where there is none. */
export type BoardAgent = {
  readonly id: string;
  readonly site: string;
  readonly ring: number;
  readonly hostname: string | null;
  /** It keeps settings or version whatever is rolled out. */
  readonly pinned: boolean;
  readonly enrolledAtEpochMs: number | null;
  readonly revokedAtEpochMs: number | null;
  /** The newest good one that the door gave out, and how many there are; null where there is none. */
  readonly certificate: {
    readonly issuedAtEpochMs: number;
    readonly endsAtEpochMs: number;
    readonly count: number;
  } | null;
  /** When its token ends that waits for its use. */
  readonly tokenEndsAtEpochMs: number | null;
  /** What the roll-outs want of it; null where that cannot be said before it reports. */
  readonly wanted: Wanted | null;
  readonly last: {
    readonly report: AgentReport;
    readonly seenAtEpochMs: number;
    /** Not heard of for longer it is offline: three of its own intervals, ms. */
    readonly heardWithinMs: number;
  } | null;
  /** How many of its numbers are in open gaps; the board's bound + 1 where there are more. */
  readonly gapNumbers: number;
  /** When its newest archived tap was archived. */
  readonly lastArchivedAtEpochMs: number | null;
  /** By the database's clock: of two readings of an agent the later one holds. */
  readonly readAtEpochMs: number;
};

type Row = {
  readonly id: string;
  readonly site: string;
  readonly ring: number;
  readonly hostname: string | null;
  readonly enrolled_at: Date | null;
  readonly revoked_at: Date | null;
  readonly pinned_revision: number | null;
  readonly pinned_version: string | null;
  readonly seen_at: Date | null;
  readonly report: unknown;
  readonly certificate_issued_at: Date | null;
  readonly certificate_ends_at: Date | null;
  readonly certificates: number;
  readonly token_ends_at: Date | null;
  readonly gap_numbers: number;
  readonly last_archived_at: Date | null;
  readonly read_at: Date;
};

/** The fleet as pages show it, and what is new in it. */
export class FleetBoard {
  readonly #prisma: PrismaClient;
  readonly #mostGapNumbers: number;

  /** @param mostGapNumbers so many numbers of an agent's open gaps are counted */
  constructor(prisma: PrismaClient, mostGapNumbers: number) {
    this.#prisma = prisma;
    this.#mostGapNumbers = mostGapNumbers;
  }

  /**
   * Agents by id.
   * @param ids null = all
   * @param sites where they stand; null = anywhere
   */
  async list(
    ids: readonly string[] | null = null,
    sites: readonly string[] | null = null,
  ): Promise<BoardAgent[]> {
    const [rows, state, revisions] = await Promise.all([
      this.#prisma.$queryRawUnsafe<Row[]>(listFleetBoardSql, ids, this.#mostGapNumbers + 1, sites),
      readFleetState(this.#prisma),
      this.#prisma.configRevision.findMany({ select: { revision: true, settings: true } }),
    ]);
    const reportEveryMs = new Map(
      revisions.map(({ revision, settings }) => [
        revision,
        agentSettingsSchema.safeParse(settings).data?.reportEveryMs ?? null,
      ]),
    );
    return rows.map((row) => agentOf(row, state, reportEveryMs));
  }

  /** Agents that reported, or of which taps were archived, within that time, by the database's clock. */
  async news(withinMs: number): Promise<string[]> {
    const rows = await this.#prisma.$queryRawUnsafe<{ agent: string }[]>(newsSql, withinMs);
    return rows.map(({ agent }) => agent);
  }

  /**
   * How many agents there are that may deliver and were there once, and how many of them are online.
   * @param sites where they stand; null = anywhere
   */
  async count(sites: readonly string[] | null = null): Promise<{ known: number; online: number }> {
    const [row] = await this.#prisma.$queryRawUnsafe<{ known: number; online: number }[]>(
      countSql,
      agentHeardWithinMs(null),
      missedAgentReports,
      sites,
    );
    return row ?? { known: 0, online: 0 };
  }

  /** Another one where somebody has enrolled, was revoked, or is wanted something else of. */
  async mark(): Promise<string> {
    return `${await readMark(this.#prisma, marks.agents)} ${await readFleetMark(this.#prisma)}`;
  }
}

function agentOf(row: Row, state: FleetState, reportEveryMs: ReadonlyMap<number, number | null>): BoardAgent {
  const { id, site, ring, hostname, pinned_revision: pinnedRevision, pinned_version: pinnedVersion } = row;
  // A report that an earlier release kept in another form counts as none.
  const report = row.seen_at === null ? undefined : agentReportSchema.safeParse(row.report).data;
  return {
    ...{ id, site, ring, hostname, pinned: pinnedRevision !== null || pinnedVersion !== null },
    enrolledAtEpochMs: row.enrolled_at?.getTime() ?? null,
    revokedAtEpochMs: row.revoked_at?.getTime() ?? null,
    certificate: certificateOf(row),
    tokenEndsAtEpochMs: row.token_ends_at?.getTime() ?? null,
    wanted: wantedOf(state, { id, ring, pinnedRevision, pinnedVersion }, report ?? null),
    last:
      report === undefined || row.seen_at === null
        ? null
        : {
            ...{ report, seenAtEpochMs: row.seen_at.getTime() },
            heardWithinMs: agentHeardWithinMs(reportEveryMs.get(report.configRevision) ?? null),
          },
    gapNumbers: row.gap_numbers,
    lastArchivedAtEpochMs: row.last_archived_at?.getTime() ?? null,
    readAtEpochMs: row.read_at.getTime(),
  };
}

function certificateOf({ certificate_issued_at: issued, certificate_ends_at: ends, certificates }: Row) {
  if (issued === null || ends === null) return null;
  return { issuedAtEpochMs: issued.getTime(), endsAtEpochMs: ends.getTime(), count: certificates };
}
