import { agentReportSchema } from "@tapline/core/tap";
import {
  merge,
  type SeqRange,
  subtract,
  type Told,
  tallyEnds,
  type UnheldTaps,
  withoutEnded,
} from "@tapline/core/transfer";
import { agentEnds, type SubjectRange } from "./gap-queries.ts";
import type { PrismaClient } from "./generated/client.ts";

const pageRanges = 500;

/** Who has what lies in the buffer elsewhere, too: agents in their outboxes, and the index what has ended. */
export class TapHolders {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** What each of the agents last told; without those that never did, or in a form that is not known here. */
  async told(agents: readonly string[]): Promise<Map<string, Told>> {
    const rows = await this.#prisma.agentReport.findMany({
      where: { agent: { in: [...new Set(agents)] } },
      select: { agent: true, seenAt: true, report: true },
    });
    return new Map(
      rows.flatMap(({ agent, seenAt, report }) => {
        const read = agentReportSchema.safeParse(report).data;
        const told = read && { seenAtEpochMs: seenAt.getTime(), outbox: read.outbox };
        return told === undefined ? [] : [[agent, told] as const];
      }),
    );
  }

  /** Those of them that have no end; a refused tap that is on its way again by a replay has none. */
  async withoutEnd(unheld: readonly UnheldTaps[]): Promise<UnheldTaps[]> {
    const left: UnheldTaps[] = [];
    for (const taps of unheld) {
      const ended: SeqRange[] = [];
      const { agent: subject, epoch, ranges } = taps;
      for (let at = 0; at < ranges.length; at += pageRanges)
        ended.push(
          ...(await this.#ended(
            ranges.slice(at, at + pageRanges).map((range) => ({ subject, epoch, ...range })),
          )),
        );
      const without = withoutEnded(taps, merge(ended));
      if (without !== null) left.push(without);
    }
    return left;
  }

  async #ended(asked: readonly SubjectRange[]): Promise<SeqRange[]> {
    const ends = await agentEnds(this.#prisma, asked);
    const replayed = await this.#replayed(asked);
    return asked.flatMap((range, at) => {
      const open = [...tallyEnds(range, ends[at] ?? []).missing, ...replayed];
      return subtract([range], merge(open));
    });
  }

  /** Numbers of refused taps that were put into the buffer again, and have not come out of it. */
  async #replayed(asked: readonly SubjectRange[]): Promise<SeqRange[]> {
    const within = asked.map(({ subject, epoch, first, last }) => ({
      ...{ agent: subject, epoch: BigInt(epoch), seq: { gte: BigInt(first), lte: BigInt(last) } },
    }));
    const rows = await this.#prisma.quarantinedTap.findMany({
      where: { OR: within, replayedAt: { not: null }, outcome: null },
      select: { seq: true },
    });
    return rows.map(({ seq }) => ({ first: Number(seq), last: Number(seq) }));
  }
}
