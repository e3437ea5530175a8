import { randomUUID } from "node:crypto";
import type { PushSubscription, WebPushChannel } from "@tapline/core/alerts";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import { activeChannels } from "./alert-channels-desk.ts";
import type { Recipient } from "./alert-deliveries.ts";
import type { Prisma, PrismaClient, PushSubscription as Row } from "./generated/client.ts";

/** Where the role `alerts` says by which key it sends. */
const keyFact = "web-push.key";

/** So many browsers a person may have; each is sent every alert. */
export const mostBrowsersEach = 10;

/** Who may act on alerts, and is told of them. */
const reached: Prisma.UserWhereInput = { role: { in: ["operator", "admin"] }, banned: false };

/** A browser, as its person is shown it. */
export type PushListing = {
  readonly id: string;
  /** SHA-256 of the endpoint, 32 hexadecimal digits: by it a browser finds itself. */
  readonly mark: string;
  readonly label: string;
  readonly createdAtEpochMs: number;
};

export type NewPush = {
  readonly userId: string;
  readonly subscription: PushSubscription;
  /** The key of ours that the browser has bound it to. */
  readonly serverKey: string;
  readonly label: string;
};

/** One to send to. */
export type SubscribedBrowser = { readonly subscription: PushSubscription; readonly serverKey: string };

/** Browsers in which people asked to be notified. Each change is one transaction with its audit entry, in which no endpoint stands. */
export class PushSubscriptions {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** The public key that browsers subscribe with; null where nobody sends. */
  async key(): Promise<string | null> {
    return (await this.#prisma.installationFact.findUnique({ where: { name: keyFact } }))?.value ?? null;
  }

  /** Says by which key is sent from now on; null: by none. */
  async announceKey(value: string | null): Promise<void> {
    if ((await this.key()) === value) return;
    if (value === null) await this.#prisma.installationFact.deleteMany({ where: { name: keyFact } });
    else
      await this.#prisma.installationFact.upsert({
        ...{ where: { name: keyFact }, create: { name: keyFact, value }, update: { value } },
      });
  }

  /**
   * Adds a browser. It is its person's alone: who signs in there next and asks for it takes it over.
   * @throws TaplineError `conflict` where it is bound to a key by which nobody sends, or the person has too many
   */
  async add({ userId, subscription, serverKey, label }: NewPush, act: Act): Promise<PushListing> {
    if (serverKey !== (await this.key()))
      throw new TaplineError("conflict", "the key by which browsers are notified is another one now", {
        remedy: "load the page anew and switch notifications on again",
      });
    const { endpoint, keys } = subscription;
    return await this.#prisma.$transaction(async (tx) => {
      // One after the other, so that nobody gets more than there may be.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`push/${userId}`}, 0))`;
      const known = await tx.pushSubscription.findUnique({ where: { endpoint } });
      if (known !== null && known.userId === userId) {
        const row = await tx.pushSubscription.update({
          where: { id: known.id },
          data: { ...keys, serverKey, label },
        });
        return listingOf(row);
      }
      if (known !== null) await this.#remove(tx, known, act, "taken-over");
      const count = await tx.pushSubscription.count({ where: { userId } });
      if (count >= mostBrowsersEach)
        throw new TaplineError("conflict", `${count} of your browsers are notified already`, {
          remedy: "switch one of them off first",
          facts: { browsers: count },
        });
      const now = this.#clock();
      const data = {
        id: randomUUID(),
        userId,
        endpoint,
        ...keys,
        serverKey,
        label,
        createdAt: new Date(now),
      };
      const row = await tx.pushSubscription.create({ data });
      const what = { action: "push-subscription.added" as const, subject: `push-subscription/${row.id}` };
      await recordAct(tx, act, { ...what, facts: { person: userId } }, now);
      return listingOf(row);
    });
  }

  /** A person's browsers, the newest first. */
  async list(userId: string): Promise<PushListing[]> {
    const rows = await this.#prisma.pushSubscription.findMany({
      ...{ where: { userId }, orderBy: { createdAt: "desc" } },
    });
    return rows.map(listingOf);
  }

  /** Channels in force that reach the browsers of whoever signs in by that address. */
  async channelsFor(email: string): Promise<string[]> {
    const { channels } = await activeChannels(this.#prisma);
    const own = email.toLowerCase();
    return channels.channels.flatMap((one) =>
      one.kind === "web-push" && (one.to ?? [own]).some((to) => to.toLowerCase() === own) ? [one.name] : [],
    );
  }

  /** @throws TaplineError `not-found` where the person has none of that id */
  async remove(userId: string, id: string, act: Act): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      const row = await tx.pushSubscription.findUnique({ where: { id, userId } });
      if (row === null) throw new TaplineError("not-found", "this browser is not notified");
      await this.#remove(tx, row, act, "switched-off");
    });
  }

  /** Removes one that its push service knows no more. */
  async forget(id: string): Promise<void> {
    const act = { actor: { kind: "job" as const, id: "alerts" }, reason: null };
    await this.#prisma.$transaction(async (tx) => {
      const row = await tx.pushSubscription.findUnique({ where: { id } });
      if (row !== null) await this.#remove(tx, row, act, "gone");
    });
  }

  /** All that a channel reaches as things stand. */
  async reachedBy({ to }: WebPushChannel): Promise<Recipient[]> {
    const named: Prisma.UserWhereInput =
      to === undefined ? {} : { OR: to.map((email) => ({ email: { equals: email, mode: "insensitive" } })) };
    const rows = await this.#prisma.pushSubscription.findMany({
      where: { user: { ...reached, ...named } },
      select: { id: true, endpoint: true },
    });
    return rows.map(({ id, endpoint }) => ({ id, service: new URL(endpoint).host }));
  }

  /** Null where it is gone, or its person may be told no more. */
  async find(id: string): Promise<SubscribedBrowser | null> {
    const row = await this.#prisma.pushSubscription.findUnique({ where: { id, user: reached } });
    if (row === null) return null;
    const { endpoint, p256dh, auth, serverKey } = row;
    return { subscription: { endpoint, keys: { p256dh, auth } }, serverKey };
  }

  async #remove(
    tx: Transaction,
    { id, userId }: Row,
    act: Act,
    why: "switched-off" | "taken-over" | "gone",
  ): Promise<void> {
    // Another one may have been as fast.
    const { count } = await tx.pushSubscription.deleteMany({ where: { id } });
    if (count === 0) return;
    const what = { action: "push-subscription.removed" as const, subject: `push-subscription/${id}` };
    await recordAct(tx, act, { ...what, facts: { person: userId, why } }, this.#clock());
  }
}

function listingOf({ id, endpoint, label, createdAt }: Row): PushListing {
  const mark = sha256Hex(Buffer.from(endpoint)).slice(0, 32);
  return { id, mark, label, createdAtEpochMs: createdAt.getTime() };
}
