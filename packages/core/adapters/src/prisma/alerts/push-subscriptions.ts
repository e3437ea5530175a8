import { randomUUID } from "node:crypto";
import type { PushSubscription, WebPushChannel } from "@tapline/core/alerts";
import { sha256Hex, TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import { endPush, mayBeTold, toldPeople } from "../end-pushes.ts";
import type { Prisma, PrismaClient, PushSubscription as Row } from "../generated/client.ts";
import { activeChannels } from "./alert-channels-desk.ts";
import type { Recipient } from "./delivery-row.ts";

/** Where the role `alerts` says by which key it sends. */
const keyFact = "web-push.key";

/** So many browsers a person may have; each is sent every alert. */
export const mostBrowsersEach = 10;

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
  /** The session by which it is asked for: the browser is notified until somebody ends it. */
  readonly sessionId: string;
  readonly subscription: PushSubscription;
  /** The key of ours that the browser has bound it to. */
  readonly serverKey: string;
  readonly label: string;
};

/** Another subscription of a browser that is notified already, or the same one by another session. */
export type RenewedPush = Pick<NewPush, "userId" | "sessionId" | "subscription"> & {
  /** The mark of what it had before. */
  readonly replaces: string;
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

  /**
   * Says by which key is sent, where none is said yet, or no browser waits for messages by the one that is: a key belongs to the installation,
   * and another process with another one changes nothing.
   * @throws TaplineError `conflict` where browsers wait for messages by another key
   */
  async announceKey(value: string): Promise<void> {
    if ((await this.key()) === value) return;
    await this.#prisma.$transaction(async (tx) => {
      const known = await lockKey(tx, value);
      const bound =
        known === value ? 0 : await tx.pushSubscription.count({ where: { serverKey: { not: value } } });
      if (bound > 0)
        throw new TaplineError(
          "conflict",
          `web-push-key in TAPLINE_ALERT_SECRETS is not the key by which ${bound} browsers are notified`,
          {
            remedy:
              "put the installation's file there; where it is lost, `tapline alerts channel forget-push-key` begins anew",
            facts: { browsers: bound },
          },
        );
      if (known !== value) await tx.installationFact.update({ where: { name: keyFact }, data: { value } });
    });
  }

  /** Forgets by which key is sent, and each browser that is bound to it, since the key is lost. @returns how many browsers */
  async forgetKey(act: Act): Promise<number> {
    const now = this.#clock();
    return await this.#prisma.$transaction(async (tx) => {
      // Whoever adds a browser holds it, too: what was added before is read below, and after it none is.
      await holdKey(tx);
      const rows = await tx.pushSubscription.findMany();
      for (const row of rows) await endPush(tx, row, act, "key-lost", now);
      await tx.installationFact.deleteMany({ where: { name: keyFact } });
      const what = { action: "push-key.forgotten" as const, subject: "installation/push-key" };
      await recordAct(tx, act, { ...what, facts: { browsers: rows.length } }, now);
      return rows.length;
    });
  }

  /**
   * Adds a browser. It is its person's alone: who signs in there next and asks for it takes it over.
   * @throws TaplineError `conflict` where it is bound to a key by which nobody sends, or the person has too many; `unauthenticated` where the
   * session has ended; `forbidden` where the person may not be told any more
   */
  async add({ userId, sessionId, subscription, serverKey, label }: NewPush, act: Act): Promise<PushListing> {
    const { endpoint, keys } = subscription;
    return await this.#prisma.$transaction(async (tx) => {
      await assertKey(tx, serverKey);
      await holdPerson(tx, userId, sessionId);
      const known = await tx.pushSubscription.findUnique({ where: { endpoint } });
      if (known !== null && known.userId === userId) {
        const data = { ...keys, serverKey, label, sessionId };
        return listingOf(await tx.pushSubscription.update({ where: { id: known.id }, data }));
      }
      const now = this.#clock();
      if (known !== null) await endPush(tx, known, act, "taken-over", now);
      const count = await tx.pushSubscription.count({ where: { userId } });
      if (count >= mostBrowsersEach)
        throw new TaplineError("conflict", `${count} of your browsers are notified already`, {
          remedy: "switch one of them off first",
          facts: { browsers: count },
        });
      const bound = { userId, sessionId, endpoint, ...keys, serverKey, label };
      const data = { id: randomUUID(), ...bound, createdAt: new Date(now) };
      const row = await tx.pushSubscription.create({ data });
      const what = { action: "push-subscription.added" as const, subject: `push-subscription/${row.id}` };
      await recordAct(tx, act, { ...what, facts: { person: userId } }, now);
      return listingOf(row);
    });
  }

  /**
   * Carries a browser on: by another session of its person's, or at another endpoint, where its push service gave it one. It stays bound to
   * the key that it was bound to.
   * @throws TaplineError `not-found` where the person has no browser of that mark, or the new endpoint is another's; else as `add`
   */
  async renew({ userId, sessionId, subscription, replaces }: RenewedPush, act: Act): Promise<PushListing> {
    const { endpoint, keys } = subscription;
    return await this.#prisma.$transaction(async (tx) => {
      await holdPerson(tx, userId, sessionId);
      const rows = await tx.pushSubscription.findMany({ where: { userId } });
      const own = rows.find((row) => markOf(row.endpoint) === replaces);
      const holder = await tx.pushSubscription.findUnique({ where: { endpoint } });
      if (own === undefined || (holder !== null && holder.id !== own.id))
        throw new TaplineError("not-found", "this browser is not notified");
      if (own.endpoint === endpoint && own.sessionId === sessionId) return listingOf(own);
      const data = { endpoint, ...keys, sessionId };
      const row = await tx.pushSubscription.update({ where: { id: own.id }, data });
      const what = { action: "push-subscription.renewed" as const, subject: `push-subscription/${row.id}` };
      const facts = { person: userId, endpoint: own.endpoint !== endpoint };
      await recordAct(tx, act, { ...what, facts }, this.#clock());
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

  /** Channels in force that reach browsers at all, and those of them that reach the browsers of whoever signs in by that address. */
  async channelsFor(email: string): Promise<{ all: string[]; own: string[] }> {
    const { channels } = await activeChannels(this.#prisma);
    const pushing = channels.channels.filter((one) => one.kind === "web-push");
    const address = email.toLowerCase();
    const own = pushing.filter(
      ({ to }) => to === undefined || to.some((one) => one.toLowerCase() === address),
    );
    return { all: pushing.map(({ name }) => name), own: own.map(({ name }) => name) };
  }

  /** @throws TaplineError `not-found` where the person has none of that id */
  async remove(userId: string, id: string, act: Act): Promise<void> {
    await this.#prisma.$transaction(async (tx) => {
      const row = await tx.pushSubscription.findUnique({ where: { id, userId } });
      if (row === null) throw new TaplineError("not-found", "this browser is not notified");
      await endPush(tx, row, act, "switched-off", this.#clock());
    });
  }

  /** Removes one that its push service knows no more. */
  async forget(id: string): Promise<void> {
    const act = { actor: { kind: "job" as const, id: "alerts" }, reason: null };
    await this.#prisma.$transaction(async (tx) => {
      const row = await tx.pushSubscription.findUnique({ where: { id } });
      if (row !== null) await endPush(tx, row, act, "gone", this.#clock());
    });
  }

  /** All that a channel reaches as things stand. */
  async reachedBy(channel: WebPushChannel): Promise<Recipient[]> {
    const rows = await this.#prisma.pushSubscription.findMany({
      where: { user: toldBy(channel) },
      select: { id: true, endpoint: true },
    });
    return rows.map(({ id, endpoint }) => ({ id, service: new URL(endpoint).host }));
  }

  /** Null where it is gone, or its person may be told no more: his role, or the channel, is another one since it was handed out. */
  async find(id: string, channel: WebPushChannel): Promise<SubscribedBrowser | null> {
    const row = await this.#prisma.pushSubscription.findUnique({ where: { id, user: toldBy(channel) } });
    if (row === null) return null;
    const { endpoint, p256dh, auth, serverKey } = row;
    return { subscription: { endpoint, keys: { p256dh, auth } }, serverKey };
  }
}

function toldBy({ to }: WebPushChannel): Prisma.UserWhereInput {
  if (to === undefined) return toldPeople;
  return { ...toldPeople, OR: to.map((email) => ({ email: { equals: email, mode: "insensitive" } })) };
}

/** Keeps whoever ends the person's sessions, or changes the person, waiting until this is written: what ends browsers meets this one, too. */
async function holdPerson(tx: Transaction, userId: string, sessionId: string): Promise<void> {
  const [person] = await tx.$queryRaw<{ role: string; banned: boolean }[]>`
    SELECT role, banned FROM "user" WHERE id = ${userId} FOR UPDATE`;
  const session = await tx.session.findUnique({ where: { id: sessionId, userId } });
  if (person === undefined || session === null)
    throw new TaplineError("unauthenticated", "nobody is signed in any more", {
      remedy: "sign in and try again",
    });
  if (!mayBeTold(person.role, person.banned))
    throw new TaplineError("forbidden", "alerts are told to operators and admins alone", {
      remedy: "ask an admin for the role",
    });
}

/** Nobody makes another key the installation's until the transaction ends. */
async function assertKey(tx: Transaction, serverKey: string): Promise<void> {
  const [row] = await tx.$queryRaw<{ value: string }[]>`
    SELECT value FROM installation_fact WHERE name = ${keyFact} FOR SHARE`;
  if (row?.value === serverKey) return;
  throw new TaplineError("conflict", "the key by which browsers are notified is another one now", {
    remedy: "load the page anew and switch notifications on again",
  });
}

/** The key that is said, or becomes it now, held until the transaction ends. */
async function lockKey(tx: Transaction, value: string): Promise<string> {
  await tx.installationFact.createMany({ data: [{ name: keyFact, value }], skipDuplicates: true });
  return (await holdKey(tx)) ?? value;
}

/** The key that is said, held until the transaction ends; undefined where none is. */
async function holdKey(tx: Transaction): Promise<string | undefined> {
  const [row] = await tx.$queryRaw<{ value: string }[]>`
    SELECT value FROM installation_fact WHERE name = ${keyFact} FOR UPDATE`;
  return row?.value;
}

const markOf = (endpoint: string): string => sha256Hex(Buffer.from(endpoint)).slice(0, 32);

function listingOf({ id, endpoint, label, createdAt }: Row): PushListing {
  return { id, mark: markOf(endpoint), label, createdAtEpochMs: createdAt.getTime() };
}
