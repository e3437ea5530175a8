import { TaplineError } from "@tapline/core/kernel";
import { defaultSite } from "@tapline/core/transfer";
import { z } from "zod";
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
  /** Where their agents stand. */
  readonly site?: string;
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
    return (await this.page(filter, limit)).rows;
  }

  /**
   * Newest first.
   * @param after `next` of the page before; null = from the newest on
   * @throws TaplineError `invalid-input` for a place that is none
   */
  async page(
    filter: QuarantineFilter,
    limit: number,
    after: string | null = null,
  ): Promise<{ rows: QuarantinedRow[]; next: string | null }> {
    const found = await this.#prisma.quarantinedTap.findMany({
      where: { AND: [await this.#where(filter), after === null ? {} : older(placeOf(after))] },
      orderBy: [{ quarantinedAt: "desc" }, { agent: "desc" }, { epoch: "desc" }, { seq: "desc" }],
      take: limit + 1,
    });
    const rows = found.slice(0, limit).map(rowOf);
    const last = rows.at(-1);
    if (found.length <= limit || last === undefined) return { rows, next: null };
    return { rows, next: JSON.stringify([last.quarantinedAtEpochMs, last.agent, last.epoch, last.seq]) };
  }

  /** How many fit, by reason; of those that could be replayed and of all. */
  async reasons(filter: QuarantineFilter): Promise<{ reason: string; open: number; all: number }[]> {
    const where = await this.#where(filter);
    const count = (fitting: Prisma.QuarantinedTapWhereInput) =>
      this.#prisma.quarantinedTap.groupBy({
        ...{ by: ["reason"], where: fitting, _count: true, orderBy: { reason: "asc" } },
      });
    const [all, open] = await Promise.all([count(where), count({ AND: [where, isReplayable] })]);
    const opens = new Map(open.map(({ reason, _count }) => [reason, _count]));
    return all.map(({ reason, _count }) => ({ reason, all: _count, open: opens.get(reason) ?? 0 }));
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
    const rows = await this.#prisma.quarantinedTap.findMany({
      where: { AND: [await this.#where(filter), isReplayable, behind(after)] },
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

  async #where({
    reason,
    agent,
    site,
    sinceEpochMs,
  }: QuarantineFilter): Promise<Prisma.QuarantinedTapWhereInput> {
    return {
      AND: [
        reason === undefined ? {} : { reason },
        agent === undefined ? {} : { agent },
        site === undefined ? {} : { agent: await this.#agentsAt(site) },
        sinceEpochMs === undefined ? {} : { quarantinedAt: { gte: new Date(sinceEpochMs) } },
      ],
    };
  }

  /** An agent that the registry does not have stands at the usual site. */
  async #agentsAt(site: string): Promise<Prisma.StringFilter> {
    const elsewhere = site === defaultSite;
    const agents = await this.#prisma.agent.findMany({
      where: elsewhere ? { site: { not: site } } : { site },
      select: { id: true },
    });
    const ids = agents.map(({ id }) => id);
    return elsewhere ? { notIn: ids } : { in: ids };
  }
}

const isReplayable: Prisma.QuarantinedTapWhereInput = {
  OR: [{ outcome: null }, { outcome: "refused" }],
  reason: { not: "equivocation" },
};

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

const placeSchema = z.tuple([z.int(), z.string(), z.int(), z.int()]);

function placeOf(after: string): z.infer<typeof placeSchema> {
  try {
    return placeSchema.parse(JSON.parse(after));
  } catch (cause) {
    throw new TaplineError("invalid-input", "this is no place in the list of refused taps", {
      ...{ remedy: "take next of the page before, as it is", cause },
    });
  }
}

function older([at, agent, epoch, seq]: z.infer<typeof placeSchema>): Prisma.QuarantinedTapWhereInput {
  const quarantinedAt = new Date(at);
  return {
    OR: [
      { quarantinedAt: { lt: quarantinedAt } },
      { quarantinedAt, agent: { lt: agent } },
      { quarantinedAt, agent, epoch: { lt: BigInt(epoch) } },
      { quarantinedAt, agent, epoch: BigInt(epoch), seq: { lt: BigInt(seq) } },
    ],
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
