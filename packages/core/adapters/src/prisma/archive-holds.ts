import { readFileSync } from "node:fs";
import { TaplineError } from "@tapline/core/kernel";
import { type Hold, type HoldKind, holdKinds, holdOn } from "@tapline/core/transfer";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import type { ArchiveHold, PrismaClient } from "./generated/client.ts";
import { lowestIdAt } from "./segment-catalogue.ts";

const heldBySql = readFileSync(new URL("./segments-held-by.sql", import.meta.url), "utf8");
const dayMs = 24 * 3_600_000;

/** A hold that is to be placed. */
export type NewHold = Pick<Hold, "kind" | "subject" | "firstDay" | "lastDay"> & { readonly reason: string };

/** How much a hold guards. */
export type Guarded = { readonly segments: number; readonly taps: number };

/** A hold as people see it. Times: ms since 1970. */
export type HoldListing = Hold & {
  readonly placedBy: string;
  readonly placedAtEpochMs: number;
  /** Null where it still holds. */
  readonly releasedBy: string | null;
  readonly releasedAtEpochMs: number | null;
  readonly releaseReason: string | null;
};

/** Who is asked, besides the pool: a transaction. */
type Reader = Pick<Transaction, "archiveHold" | "tapRun" | "agentRun">;

/** Holds in PostgreSQL: what may neither be moved nor removed. */
export class ArchiveHolds {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Places a hold: from now on nothing that it guards is moved or removed. @returns its number */
  async place(hold: NewHold, act: Act): Promise<number> {
    const { kind, subject, firstDay, lastDay, reason } = hold;
    return await this.#prisma.$transaction(async (tx) => {
      await lockHolds(tx, "exclusive");
      const placedAt = new Date(this.#clock());
      const { id } = await tx.archiveHold.create({
        data: {
          ...{ kind, subject, reason, placedBy: act.actor.id, placedAt },
          ...{ firstDay: dateOf(firstDay), lastDay: dateOf(lastDay) },
        },
      });
      const facts = { kind, subject, firstDay: firstDay ?? "", lastDay: lastDay ?? "" };
      await recordAct(tx, act, { action: "hold.placed", subject: `hold/${id}`, facts }, placedAt.getTime());
      return id;
    });
  }

  /** @throws TaplineError `not-found`, `conflict` where it was released before */
  async release(id: number, act: Act): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      await lockHolds(tx, "exclusive");
      const known = await tx.archiveHold.findUnique({ where: { id } });
      if (known === null) throw new TaplineError("not-found", `there is no hold ${id}`);
      if (known.releasedAt !== null)
        throw new TaplineError("conflict", `hold ${id} was released on ${known.releasedAt.toISOString()}`);
      const releasedAt = new Date(this.#clock());
      await tx.archiveHold.update({
        where: { id },
        data: { releasedAt, releasedBy: act.actor.id, releaseReason: act.reason ?? "" },
      });
      await recordAct(
        tx,
        act,
        {
          ...{ action: "hold.released", subject: `hold/${id}`, facts: {} },
          ...{ before: { state: "holds" }, after: { state: "released" } },
        },
        releasedAt.getTime(),
      );
    });
  }

  /** Holds, the newest first. @param all those that were released, too */
  async list(all: boolean): Promise<HoldListing[]> {
    const rows = await this.#prisma.archiveHold.findMany({
      ...(all ? {} : { where: { releasedAt: null } }),
      orderBy: { id: "desc" },
    });
    return rows.map((row) => ({
      ...toHold(row),
      ...{ placedBy: row.placedBy, placedAtEpochMs: row.placedAt.getTime(), releasedBy: row.releasedBy },
      releasedAtEpochMs: row.releasedAt?.getTime() ?? null,
      releaseReason: row.releaseReason,
    }));
  }

  /** What a hold guards, or would guard, of all that is archived. */
  async guards({ kind, subject, firstDay, lastDay }: Omit<NewHold, "reason">): Promise<Guarded> {
    const from = firstDay === null ? null : lowestIdAt(Date.parse(firstDay));
    const before = lastDay === null ? null : lowestIdAt(Date.parse(lastDay) + dayMs);
    const [row] = await this.#prisma.$queryRawUnsafe<{ segments: number; taps: bigint }[]>(
      heldBySql,
      ...[kind, subject, from, before],
    );
    return { segments: row?.segments ?? 0, taps: Number(row?.taps ?? 0n) };
  }

  /** Holds that hold. */
  async active(): Promise<Hold[]> {
    return await activeHolds(this.#prisma);
  }
}

/** One after the other with whoever places or releases a hold; removals run side by side. */
export async function lockHolds(tx: Transaction, how: "shared" | "exclusive"): Promise<void> {
  if (how === "exclusive")
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('tapline.holds', 0))`;
  else await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(hashtextextended('tapline.holds', 0))`;
}

/** Those of `ids`, segments of the index, that a hold guards, each with that hold. */
export async function guardedSegments(tx: Reader, ids: readonly string[]): Promise<Map<string, Hold>> {
  const holds = await activeHolds(tx);
  const [agents, trackers] = [subjectsOf(holds, "agent"), subjectsOf(holds, "tracker")];
  const among = { segmentId: { in: [...ids] } };
  const [agentRows, trackerRows] = await Promise.all([
    agents.length === 0
      ? []
      : tx.agentRun.findMany({
          where: { ...among, agent: { in: agents } },
          select: { segmentId: true, agent: true },
          distinct: ["segmentId", "agent"],
        }),
    trackers.length === 0
      ? []
      : tx.tapRun.findMany({
          where: { ...among, tracker: { in: trackers } },
          select: { segmentId: true, tracker: true },
          distinct: ["segmentId", "tracker"],
        }),
  ]);
  const guarded = new Map<string, Hold>();
  for (const segment of ids) {
    const own = <Row extends { segmentId: string }>(rows: readonly Row[]) =>
      rows.filter((row) => row.segmentId === segment);
    const hold = holdOn(holds, {
      segment,
      agents: new Set(own(agentRows).map(({ agent }) => agent)),
      trackers: new Set(own(trackerRows).map(({ tracker }) => tracker)),
    });
    if (hold !== null) guarded.set(segment, hold);
  }
  return guarded;
}

async function activeHolds(tx: Pick<Reader, "archiveHold">): Promise<Hold[]> {
  return (await tx.archiveHold.findMany({ where: { releasedAt: null }, orderBy: { id: "asc" } })).map(toHold);
}

function subjectsOf(holds: readonly Hold[], kind: HoldKind): string[] {
  return holds.filter((hold) => hold.kind === kind).map(({ subject }) => subject);
}

function toHold({ id, kind, subject, firstDay, lastDay, reason }: ArchiveHold): Hold {
  const known = holdKinds.find((name) => name === kind) ?? "days";
  return { id, kind: known, subject, firstDay: dayOf(firstDay), lastDay: dayOf(lastDay), reason };
}

function dateOf(day: string | null): Date | null {
  return day === null ? null : new Date(day);
}

function dayOf(date: Date | null): string | null {
  return date === null ? null : date.toISOString().slice(0, 10);
}
