import { TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct } from "./acts.ts";
import type { Prisma, PrismaClient } from "./generated/client.ts";
import type { AgentTap } from "./segment-end.ts";

/** A tap in quarantine. Times: ms since 1970; the payload is sealed under the process key. */
export type QuarantinedRow = AgentTap & {
  readonly reason: string;
  readonly detail: string;
  /** SHA-256 of the raw tap. */
  readonly digest: Buffer;
  readonly sealedPayload: Buffer;
  readonly reader: string;
  readonly readAtEpochMs: number;
  readonly quarantinedAtEpochMs: number;
  /** The release of the rules that refused it last. */
  readonly rulesVersion: number;
  readonly replays: number;
  readonly replayedAtEpochMs: number | null;
  readonly replayedBy: string | null;
  /** Of the last replay: `archived`, `duplicate`, `refused`; null where there was none, or while it is under way. */
  readonly outcome: string | null;
  /** The segment that holds it. */
  readonly outcomeSegment: string | null;
  /** Where a replay was refused: the reason before the first one. */
  readonly firstReason: string | null;
};

export type QuarantineFilter = {
  readonly reason?: string;
  readonly agent?: string;
  readonly sinceEpochMs?: number;
};

/** Refused taps, and what people do to them. Rows never go: they say how a tap came here, and what became of it. */
export class QuarantineDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Newest first, at most `limit`. */
  async list(filter: QuarantineFilter, limit: number): Promise<QuarantinedRow[]> {
    const orderBy = [
      { quarantinedAt: "desc" as const },
      { epoch: "desc" as const },
      { seq: "desc" as const },
    ];
    const rows = await this.#prisma.quarantinedTap.findMany({ where: whereOf(filter), orderBy, take: limit });
    return rows.map(rowOf);
  }

  /**
   * What may be replayed: neither archived nor a duplicate by now, and no `equivocation`, since its number stands for
   * other content. In the order of agent, epoch and number, after `after`.
   */
  async replayable(
    filter: QuarantineFilter,
    after: AgentTap | null,
    limit: number,
  ): Promise<QuarantinedRow[]> {
    const isOpen = [{ outcome: null }, { outcome: "refused" }];
    const rows = await this.#prisma.quarantinedTap.findMany({
      where: {
        AND: [whereOf(filter), { OR: isOpen }, { reason: { not: "equivocation" } }, behind(after)],
      },
      orderBy: [{ agent: "asc" }, { epoch: "asc" }, { seq: "asc" }],
      take: limit,
    });
    return rows.map(rowOf);
  }

  /** @throws TaplineError `not-found` */
  async find(tap: AgentTap): Promise<QuarantinedRow> {
    const row = await this.#prisma.quarantinedTap.findUnique({ where: { agent_epoch_seq: keyOf(tap) } });
    if (row !== null) return rowOf(row);
    throw new TaplineError("not-found", `no tap ${nameOf(tap)} lies in quarantine`, {
      remedy: "`tapline quarantine ls` shows which do",
    });
  }

  /**
   * Notes that taps, at least one, are about to be put into the buffer again, with the act's audit entry. One that has ended
   * meanwhile is left as it is.
   */
  async noteReplay(taps: readonly AgentTap[], act: Act): Promise<void> {
    const at = new Date(this.#clock());
    const replayedBy = `${act.actor.kind}/${act.actor.id}`;
    await this.#prisma.$transaction(async (tx) => {
      await tx.quarantinedTap.updateMany({
        where: { OR: taps.map(keyOf), AND: { OR: [{ outcome: null }, { outcome: "refused" }] } },
        data: { replayedAt: at, replayedBy, replays: { increment: 1 }, outcome: null, outcomeAt: null },
      });
      const facts = { taps: taps.length, first: nameOf(taps[0]), last: nameOf(taps.at(-1)) };
      const what = { action: "quarantine.replayed" as const, subject: "quarantine/taps", facts };
      await recordAct(tx, act, what, at.getTime());
    });
  }

  /** Notes that the archive held a tap's content before it was replayed. */
  async noteHeld(tap: AgentTap, segment: string): Promise<void> {
    await this.#prisma.quarantinedTap.updateMany({
      where: { ...keyOf(tap), OR: [{ outcome: null }, { outcome: "refused" }] },
      data: { outcome: "duplicate", outcomeAt: new Date(this.#clock()), outcomeSegment: segment },
    });
  }

  /** Records that somebody is about to be shown a tap's measurements. */
  async noteReveal(tap: AgentTap, act: Act): Promise<void> {
    const what = { action: "quarantine.revealed" as const, subject: `tap/${nameOf(tap)}`, facts: {} };
    await this.#prisma.$transaction((tx) => recordAct(tx, act, what, this.#clock()));
  }
}

const nameOf = (tap: AgentTap | undefined): string =>
  tap === undefined ? "" : `${tap.agent}/${tap.epoch}/${tap.seq}`;

const keyOf = ({ agent, epoch, seq }: AgentTap) => ({ agent, epoch: BigInt(epoch), seq: BigInt(seq) });

function behind(after: AgentTap | null): Prisma.QuarantinedTapWhereInput {
  if (after === null) return {};
  const { agent, epoch, seq } = keyOf(after);
  return {
    OR: [{ agent: { gt: agent } }, { agent, epoch: { gt: epoch } }, { agent, epoch, seq: { gt: seq } }],
  };
}

function whereOf({ reason, agent, sinceEpochMs }: QuarantineFilter): Prisma.QuarantinedTapWhereInput {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(agent === undefined ? {} : { agent }),
    ...(sinceEpochMs === undefined ? {} : { quarantinedAt: { gte: new Date(sinceEpochMs) } }),
  };
}

function rowOf(row: Prisma.QuarantinedTapGetPayload<object>): QuarantinedRow {
  return {
    agent: row.agent,
    epoch: Number(row.epoch),
    seq: Number(row.seq),
    reason: row.reason,
    detail: row.detail,
    digest: Buffer.from(row.digest),
    sealedPayload: Buffer.from(row.sealedPayload),
    reader: row.reader,
    readAtEpochMs: row.readAt.getTime(),
    quarantinedAtEpochMs: row.quarantinedAt.getTime(),
    rulesVersion: row.rulesVersion,
    replays: row.replays,
    replayedAtEpochMs: row.replayedAt?.getTime() ?? null,
    replayedBy: row.replayedBy,
    outcome: row.outcome,
    outcomeSegment: row.outcomeSegment,
    firstReason: row.firstReason,
  };
}
