import { randomUUID } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import type { PrismaClient, SavedView as Row } from "./generated/client.ts";

/** So many views a person may keep. */
export const mostViewsEach = 50;

/** So many changes of one person an hour, counted by this process: each leaves an entry in the audit log, which nothing goes from. */
export const mostViewChangesAnHour = 120;
const hourMs = 3_600_000;

/** A page as somebody looked at it. */
export type SavedView = {
  readonly id: string;
  /** As its person calls it; no other one of theirs is called so. */
  readonly name: string;
  /** Of the page, such as `/alerts`. */
  readonly path: string;
  /** What stands behind the path, such as `?severity=critical`; "" for the usual view. */
  readonly search: string;
  readonly savedAtEpochMs: number;
};

export type NewView = Pick<SavedView, "name" | "path" | "search">;

/** Views of pages that people keep, each for themselves. Each change is one transaction with its audit entry, in which neither name nor page stands. */
export class SavedViews {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  /** Changes in the hour that began then, by person. */
  readonly #changes = new Map<string, { hour: number; count: number }>();

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** A person's views, by name. */
  async list(userId: string): Promise<SavedView[]> {
    const rows = await this.#prisma.savedView.findMany({ where: { userId } });
    return rows.map(viewOf).toSorted((a, b) => a.name.localeCompare(b.name, "en"));
  }

  /**
   * Keeps a view; where one is called so already, in its place.
   * @throws TaplineError `conflict` where the person has too many, `overloaded` where they change them too often
   */
  async save(userId: string, { name, path, search }: NewView, act: Act): Promise<SavedView> {
    this.#assertFew(userId);
    return await this.#prisma.$transaction(async (tx) => {
      const count = await countHeld(tx, userId);
      const known = await tx.savedView.findUnique({ where: { userId_name: { userId, name } } });
      if (known === null && count >= mostViewsEach)
        throw new TaplineError("conflict", `you keep ${count} views already`, {
          remedy: "remove one of them first",
          facts: { views: count },
        });
      const now = this.#clock();
      const looks = { name, path, search, savedAt: new Date(now) };
      const row = await tx.savedView.upsert({
        where: { userId_name: { userId, name } },
        create: { id: randomUUID(), userId, ...looks },
        update: looks,
      });
      await record(tx, "saved-view.saved", row, act, now);
      return viewOf(row);
    });
  }

  /** @throws TaplineError `not-found` where the person has none of that id; `conflict` where another one is called so; `overloaded` */
  async rename(userId: string, id: string, name: string, act: Act): Promise<SavedView> {
    this.#assertFew(userId);
    return await this.#prisma.$transaction(async (tx) => {
      await countHeld(tx, userId);
      await found(tx, userId, id);
      const named = await tx.savedView.findUnique({ where: { userId_name: { userId, name } } });
      if (named !== null && named.id !== id)
        throw new TaplineError("conflict", `another view of yours is called “${name}”`, {
          remedy: "choose another name, or remove that one first",
        });
      const row = await tx.savedView.update({ where: { id }, data: { name } });
      await record(tx, "saved-view.renamed", row, act, this.#clock());
      return viewOf(row);
    });
  }

  /** @throws TaplineError `not-found` where the person has none of that id */
  async remove(userId: string, id: string, act: Act): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      const row = await found(tx, userId, id);
      await tx.savedView.delete({ where: { id } });
      await record(tx, "saved-view.removed", row, act, this.#clock());
    });
  }

  /** Removing needs no limit of its own: each view was saved before. */
  #assertFew(userId: string): void {
    const hour = Math.floor(this.#clock() / hourMs);
    const known = this.#changes.get(userId);
    const count = known?.hour === hour ? known.count + 1 : 1;
    this.#changes.set(userId, { hour, count });
    if (count <= mostViewChangesAnHour) return;
    throw new TaplineError(
      "overloaded",
      `nobody changes views more than ${mostViewChangesAnHour} times an hour`,
      {
        remedy: "try again in the next hour",
        facts: { retryAfterMs: (hour + 1) * hourMs - this.#clock() },
      },
    );
  }
}

/** How many views a person has, who gets no other one, and no other name for one, until the transaction ends. */
async function countHeld(tx: Transaction, userId: string): Promise<number> {
  await tx.$queryRaw`SELECT 1 FROM "user" WHERE id = ${userId} FOR UPDATE`;
  return await tx.savedView.count({ where: { userId } });
}

async function found(tx: Transaction, userId: string, id: string): Promise<Row> {
  const row = await tx.savedView.findUnique({ where: { id, userId } });
  if (row === null) throw new TaplineError("not-found", "you keep no such view any more");
  return row;
}

async function record(
  tx: Transaction,
  action: "saved-view.saved" | "saved-view.renamed" | "saved-view.removed",
  { id, userId }: Row,
  act: Act,
  atEpochMs: number,
): Promise<void> {
  await recordAct(tx, act, { action, subject: `saved-view/${id}`, facts: { person: userId } }, atEpochMs);
}

function viewOf({ id, name, path, search, savedAt }: Row): SavedView {
  return { id, name, path, search, savedAtEpochMs: savedAt.getTime() };
}
