import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { newEntry } from "@tapline/core/audit";
import { type Actor, actorSchema, TaplineError, uuidV7 } from "@tapline/core/kernel";
import { z } from "zod";
import { type Act, recordAct } from "./acts.ts";
import { auditRow } from "./audit-row.ts";
import { type AskedTask as AskedRow, Prisma, type PrismaClient } from "./generated/client.ts";

const sql = (name: string): string => readFileSync(new URL(`./${name}.sql`, import.meta.url), "utf8");
const [takeSql, giveUpSql] = [sql("take-asked-task"), sql("give-up-asked-tasks")];

/** What may be asked of the workers about the archive. */
export type AskedKind =
  | ("retry" | "verify" | "preview-restore" | "preview-replay" | "replay")
  | ("look-at-host-key" | "repin");

/** A task that waits longer than this for a worker is given up: nothing is done hours after somebody wanted it, ms. */
const waitsForMs = 10 * 60_000;
const mostAttempts = 3;
/** More at once than workers come to before they are given up. */
const mostOpen = 50;
const notTaken =
  "No worker took it within 10 minutes. See that one with the role transfer runs, and ask again.";
const tooOften = "Three workers ended while they had it. See their logs before you ask again.";

const outcomeSchema = z.object({
  /** In a sentence. */
  says: z.string(),
  /** Figures and names, by what they are. */
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  /** What there are several of, such as faults; the first ones. */
  list: z.array(z.string()),
});

/** What came of a task. */
export type AskedOutcome = z.infer<typeof outcomeSchema>;

export type NewAsked = {
  readonly kind: AskedKind;
  /** Of each kind and subject one is under way at a time. */
  readonly subject: string;
  readonly wish: Prisma.InputJsonObject;
};

/** A task that a worker has taken. */
export type TakenTask = {
  readonly id: string;
  readonly kind: AskedKind;
  readonly subject: string;
  readonly wish: unknown;
  /** Who asked, and why. */
  readonly act: Act;
};

type TakenRow = Omit<TakenTask, "act"> & {
  readonly actor_kind: string;
  readonly asked_by: string;
  readonly reason: string | null;
};

/** A task as people see it. Times: ms since 1970. */
export type AskedListing = {
  readonly id: string;
  readonly kind: AskedKind;
  readonly subject: string;
  readonly state: "asked" | "under-way" | "done" | "failed";
  readonly askedBy: string;
  readonly reason: string | null;
  readonly askedAtEpochMs: number;
  readonly takenBy: string | null;
  readonly progress: string;
  readonly outcome: AskedOutcome | null;
  readonly endedAtEpochMs: number | null;
};

/** What people ask of the workers about the archive, which has to be done where its credentials are. */
export class AskedTasks {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /**
   * Asks for a task, with its audit entry in one transaction.
   * @returns its id
   * @throws TaplineError `conflict` where the same is under way: by whom it was asked, and when; `overloaded` where too much waits
   */
  async ask({ kind, subject, wish }: NewAsked, act: Act): Promise<string> {
    await this.#giveUp();
    if ((await this.#prisma.askedTask.count({ where: { endedAt: null } })) >= mostOpen)
      throw new TaplineError("overloaded", `${mostOpen} tasks wait for a worker already`, {
        remedy: "ask again in some minutes; where it goes on, see that a worker with the role transfer runs",
      });
    const atEpochMs = this.#clock();
    const id = uuidV7(atEpochMs, randomBytes);
    const entry = newEntry(atEpochMs, randomBytes, {
      ...{ ...act, action: "archive.asked", subject, facts: { kind, task: id } },
    });
    try {
      await this.#prisma.$transaction([
        this.#prisma.auditEntry.create({ data: auditRow(entry) }),
        this.#prisma.askedTask.create({
          data: {
            ...{ id, kind, subject, wish, entryId: entry.id, reason: act.reason },
            ...{ actorKind: act.actor.kind, askedBy: act.actor.id },
          },
        }),
      ]);
      return id;
    } catch (error) {
      if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== "P2002") throw error;
      throw await this.#conflict(kind, subject);
    }
  }

  /** The next task of these kinds, for `leaseMs` the caller's alone; null where there is none. */
  async take(kinds: readonly AskedKind[], takenBy: string, leaseMs: number): Promise<TakenTask | null> {
    await this.#giveUp();
    const [row] = await this.#prisma.$queryRawUnsafe<TakenRow[]>(takeSql, [...kinds], takenBy, leaseMs);
    if (row === undefined) return null;
    const { id, kind, subject, wish, reason } = row;
    const actor: Actor = actorSchema.parse({ kind: row.actor_kind, id: row.asked_by });
    return { id, kind, subject, wish, act: { actor, reason } };
  }

  /** Says how far a task has come, and keeps it for `leaseMs` more. @returns false where it is another worker's by now */
  async renew(
    id: string,
    takenBy: string,
    leaseMs: number,
    progress: string | null = null,
  ): Promise<boolean> {
    const leasedUntil = new Date(this.#clock() + leaseMs);
    const { count } = await this.#prisma.askedTask.updateMany({
      where: { id, takenBy, endedAt: null },
      data: { leasedUntil, ...(progress === null ? {} : { progress }) },
    });
    return count > 0;
  }

  /** Ends a task, with an audit entry; where it is another worker's by now nothing happens. */
  async end(
    { id, kind, subject }: Pick<TakenTask, "id" | "kind" | "subject">,
    takenBy: string,
    state: "done" | "failed",
    outcome: AskedOutcome,
  ): Promise<void> {
    const endedAt = new Date(this.#clock());
    await this.#prisma.$transaction(async (tx) => {
      const { count } = await tx.askedTask.updateMany({
        where: { id, takenBy, endedAt: null },
        data: { state, outcome, endedAt, leasedUntil: null },
      });
      if (count === 0) return;
      const act = { actor: { kind: "job", id: "asked-tasks" }, reason: null } as const;
      const facts = { kind, task: id, state, worker: takenBy, says: outcome.says.slice(0, 500) };
      await recordAct(tx, act, { action: "archive.answered", subject, facts }, endedAt.getTime());
    });
  }

  /** The newest first. */
  async list(limit: number): Promise<AskedListing[]> {
    const rows = await this.#prisma.askedTask.findMany({
      orderBy: [{ askedAt: "desc" }, { id: "desc" }],
      take: limit,
    });
    return rows.map(listingOf);
  }

  /** @throws TaplineError `not-found` */
  async find(id: string): Promise<AskedListing> {
    const row = await this.#prisma.askedTask.findUnique({ where: { id } });
    if (row === null) throw new TaplineError("not-found", `nothing was asked under ${id}`);
    return listingOf(row);
  }

  async #conflict(kind: AskedKind, subject: string): Promise<TaplineError> {
    const open = await this.#prisma.askedTask.findFirst({ where: { kind, subject, endedAt: null } });
    const person = open && (await this.#prisma.user.findUnique({ where: { id: open.askedBy } }));
    const who = person?.name ?? open?.askedBy ?? "somebody else";
    return new TaplineError("conflict", `${who} has asked for the same already, and it is under way`, {
      remedy: "look at what comes of it",
      facts: { ...(open === null ? {} : { task: open.id }) },
    });
  }

  async #giveUp(): Promise<void> {
    await this.#prisma.$executeRawUnsafe(giveUpSql, waitsForMs, mostAttempts, notTaken, tooOften);
  }
}

function listingOf(row: AskedRow): AskedListing {
  return {
    ...{ id: row.id, subject: row.subject, askedBy: row.askedBy, reason: row.reason, takenBy: row.takenBy },
    kind: row.kind as AskedKind,
    state: row.state as AskedListing["state"],
    askedAtEpochMs: row.askedAt.getTime(),
    progress: row.progress,
    outcome: row.outcome === null ? null : outcomeSchema.parse(row.outcome),
    endedAtEpochMs: row.endedAt?.getTime() ?? null,
  };
}
