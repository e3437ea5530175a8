import { randomBytes } from "node:crypto";
import { type KeyChange, type KeyEffect, keyChangeSchema, stepOf } from "@tapline/core/encryption";
import { type Actor, TaplineError, uuidV7 } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "../prisma/acts.ts";
import type { KeyRequest, PrismaClient } from "../prisma/generated/client.ts";
import { makeChange } from "./make-change.ts";
import { ringStep } from "./ring-rows.ts";
import { assertStand, readStanding } from "./ring-standing.ts";
import { assertFirstPerson, assertSecondPerson } from "./two-persons.ts";

const hourMs = 3_600_000;
/** So long another person may take, ms. */
const waitsMs = 24 * hourMs;
/** So long a request is shown after its end; the audit log has it for ever. */
const shownMs = 7 * 24 * hourMs;
/** More at once than people can weigh. */
const mostWaiting = 20;

export type AskedChange = { readonly id: string; readonly expiresAtEpochMs: number };

/** A change that waits for a second person, or what became of it. Times: ms since 1970. */
export type KeyRequestListing = {
  readonly id: string;
  readonly change: KeyChange;
  /** What it does, in one line. */
  readonly what: string;
  /** Of the ring that the asker looked at. */
  readonly stand: string;
  readonly askedBy: string;
  readonly askedAtEpochMs: number;
  readonly expiresAtEpochMs: number;
  /** The asker's words while it waits. */
  readonly reason: string | null;
  readonly state: "waiting" | "approved" | "cancelled" | "expired";
  readonly endedBy: string | null;
  readonly endedAtEpochMs: number | null;
};

/** Changes of the ring that one person asked for and another one has to approve. */
export class KeyRequests {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /**
   * Whether `asker` may be the first of two persons, for whoever makes a key before asking for it.
   * @throws TaplineError `forbidden` where the rule wants two, and this is no admin's account
   */
  async assertMayAsk(asker: Actor): Promise<void> {
    if ((await readStanding(this.#prisma)).twoPersons) await assertFirstPerson(this.#prisma, asker);
  }

  /** Those that wait and those that ended within a week, the newest first. */
  async list(): Promise<KeyRequestListing[]> {
    const nowEpochMs = this.#clock();
    const rows = await this.#prisma.keyRequest.findMany({
      where: { expiresAt: { gt: new Date(nowEpochMs - shownMs) } },
      orderBy: { askedAt: "desc" },
    });
    return rows.map((row) => listingOf(row, nowEpochMs));
  }

  /**
   * Makes the change that was asked for. Both persons stand in its audit entry.
   * @param stand of the ring by which whoever approves was shown what it does
   * @throws TaplineError `forbidden` where the one who asked would approve, or no admin; `not-found`; `conflict` where it waits no more,
   * the ring is another one, or whoever asked is no admin: they may have been shut out for it
   */
  async approve(id: string, stand: string, act: Act): Promise<KeyRequestListing> {
    const at = new Date(this.#clock());
    return await ringStep(this.#prisma, async (tx) => {
      const row = await waiting(tx, id, at);
      await assertSecondPerson(tx, row.askedBy, act.actor);
      const now = await readStanding(tx);
      assertStand(now, stand);
      const more = { request: id, askedBy: row.askedBy };
      await makeChange(tx, now, changeOf(row), act, { at, more });
      return await end(tx, id, { outcome: "approved", by: act.actor.id, at });
    });
  }

  /** Ends a request without the change: whoever asked, or any other. @throws TaplineError `not-found`; `conflict` where it waits no more */
  async cancel(id: string, act: Act): Promise<KeyRequestListing> {
    const at = new Date(this.#clock());
    return await ringStep(this.#prisma, async (tx) => {
      const { askedBy, change, what } = await waiting(tx, id, at);
      const facts = { request: id, askedBy, what };
      const subject = subjectOf(keyChangeSchema.parse(JSON.parse(change)));
      await recordAct(tx, act, { action: "key.change-cancelled", subject, facts }, at.getTime());
      return await end(tx, id, { outcome: "cancelled", by: act.actor.id, at });
    });
  }
}

/**
 * Keeps a change until a second person approves it.
 * @throws TaplineError `forbidden` where the asker is no admin's account; `conflict` where the same waits; `overloaded`
 */
export async function askForChange(
  tx: Transaction,
  asked: { change: KeyChange; effect: KeyEffect; stand: string; at: Date; asker: Actor },
  act: Act,
): Promise<AskedChange> {
  const { change, stand, at, asker } = asked;
  const { what } = asked.effect;
  await assertFirstPerson(tx, asker);
  await tx.keyRequest.deleteMany({ where: { expiresAt: { lte: new Date(at.getTime() - shownMs) } } });
  const wait = await tx.keyRequest.findMany({ where: { outcome: null, expiresAt: { gt: at } } });
  const text = JSON.stringify(change);
  if (wait.some((row) => row.change === text))
    throw new TaplineError("conflict", "the same was asked for, and waits to be approved", {
      remedy: "See it among what waits.",
    });
  if (wait.length >= mostWaiting)
    throw new TaplineError("overloaded", `${mostWaiting} changes of keys wait to be approved`, {
      remedy: "Approve or cancel some of them first.",
    });
  const id = uuidV7(at.getTime(), randomBytes);
  const expiresAt = new Date(at.getTime() + waitsMs);
  await tx.keyRequest.create({
    data: {
      ...{ id, change: text, what, stand, askedBy: asker.id, askedAt: at },
      ...{ reason: act.reason, expiresAt },
    },
  });
  const facts = { request: id, what, askedBy: asker.id, expiresAt: expiresAt.toISOString() };
  await recordAct(tx, act, { action: "key.change-asked", subject: subjectOf(change), facts }, at.getTime());
  return { id, expiresAtEpochMs: expiresAt.getTime() };
}

/** What an entry on a change is about: the key that comes, or whose state changes. */
function subjectOf(change: KeyChange): string {
  if (change.kind === "state") return `key/${change.key}`;
  const [added] = change.kind === "rule" ? [] : stepOf([], { ...change, kind: "add" }).added;
  return `key/${added?.certSha256 ?? "rule"}`;
}

const changeOf = ({ change }: KeyRequest): KeyChange => keyChangeSchema.parse(JSON.parse(change));

async function waiting(tx: Transaction, id: string, at: Date): Promise<KeyRequest> {
  const row = await tx.keyRequest.findUnique({ where: { id } });
  if (row === null) throw new TaplineError("not-found", "no such request is known");
  const { state, endedBy } = listingOf(row, at.getTime());
  if (state === "waiting") return row;
  const when = (row.endedAt ?? row.expiresAt).toISOString();
  throw new TaplineError(
    "conflict",
    `it waits no more: it was ${state === "expired" ? "not approved in time" : state} at ${when}`,
    {
      remedy: state === "expired" ? "Ask for it anew." : "See what became of it in the audit log.",
      facts: endedBy === null ? {} : { by: endedBy },
    },
  );
}

async function end(
  tx: Transaction,
  id: string,
  { outcome, by, at }: { outcome: "approved" | "cancelled"; by: string; at: Date },
): Promise<KeyRequestListing> {
  const data = { outcome, endedBy: by, endedAt: at, reason: null };
  return listingOf(await tx.keyRequest.update({ where: { id }, data }), at.getTime());
}

function listingOf(row: KeyRequest, nowEpochMs: number): KeyRequestListing {
  const { id, what, stand, askedBy, askedAt, expiresAt, outcome, endedBy, endedAt } = row;
  const isOver = expiresAt.getTime() <= nowEpochMs;
  const state = outcome === "approved" || outcome === "cancelled" ? outcome : isOver ? "expired" : "waiting";
  return {
    ...{ id, what, stand, askedBy, state, endedBy, change: changeOf(row) },
    ...{ askedAtEpochMs: askedAt.getTime(), expiresAtEpochMs: expiresAt.getTime() },
    reason: state === "waiting" ? row.reason : null,
    endedAtEpochMs: endedAt?.getTime() ?? null,
  };
}
