import { readFileSync } from "node:fs";
import {
  type DeliveryLane,
  type DeliveryOutcome,
  laneConcurrency,
  type NoticeKind,
  retryDelivery,
} from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import type { Act, Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";
import { testChannel, triedDelivery } from "./channel-tests.ts";
import { type DeliveryListing, type DeliveryState, listingOf, type Recipient } from "./delivery-row.ts";
import { partDelivery } from "./part-delivery.ts";

export const askDeliveriesSql = readFileSync(new URL("./ask-deliveries.sql", import.meta.url), "utf8");

export type DeliveryFilter = {
  readonly channel?: string;
  readonly state?: DeliveryState;
  readonly alertId?: string;
};

/** Deliveries of one channel, and push service that it goes by, that are under way at a time. */
const perChannel = 8;

/** How long something handed to the queue may take before it is handed to it again, ms: longer than an attempt and its wait. */
export const askAgainMs = 30_000;

/** The log is kept for so long, ms. */
const keptMs = 90 * 24 * 3_600_000;

/** What is to be told beside the console, and the log of what was. */
export class AlertDeliveries {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #askAgainMs: number;

  constructor(prisma: PrismaClient, clock: () => number, options: { readonly askAgainMs?: number } = {}) {
    this.#prisma = prisma;
    this.#clock = clock;
    this.#askAgainMs = options.askAgainMs ?? askAgainMs;
  }

  /** Ids of what the queue of a lane is to have now. What is lost in it is handed out again. */
  async ask(lane: DeliveryLane = "direct"): Promise<string[]> {
    const now = this.#clock();
    const until = new Date(now + this.#askAgainMs);
    const toBrowsers = lane === "browsers";
    const rows = await this.#prisma.$queryRawUnsafe<{ id: string }[]>(
      ...[askDeliveriesSql, new Date(now), perChannel, until],
      ...[toBrowsers, toBrowsers ? laneConcurrency.browsers : null],
    );
    return rows.map(({ id }) => id);
  }

  /** Takes one up to send it; null where it is sent, held or moot meanwhile. */
  async take(id: string): Promise<DeliveryListing | null> {
    const askedUntil = new Date(this.#clock() + this.#askAgainMs);
    const [row] = await this.#prisma.alertDelivery.updateManyAndReturn({
      where: { id, state: "waiting" },
      data: { attempts: { increment: 1 }, askedUntil },
    });
    return row === undefined ? null : listingOf(row);
  }

  /** Writes down how an attempt ended, and when the next one is. @returns whether there is a next one */
  async settle({ id, attempts, notice }: DeliveryListing, outcome: DeliveryOutcome): Promise<boolean> {
    const now = this.#clock();
    const ended = { askedUntil: null, endedAt: new Date(now) };
    if (outcome.kind === "sent") {
      await this.#prisma.alertDelivery.update({
        where: { id },
        data: { ...ended, state: "sent", fault: "" },
      });
      return false;
    }
    const { fault } = outcome;
    const pauseMs = retryDelivery(outcome, attempts, now - notice.atEpochMs);
    const next = { askedUntil: null, dueAt: new Date(now + (pauseMs ?? 0)), fault };
    const data = pauseMs === null ? { ...ended, state: "failed", fault } : next;
    await this.#prisma.alertDelivery.updateMany({ where: { id, state: "waiting" }, data });
    return pauseMs !== null;
  }

  /**
   * Ends a delivery that is to reach several: from now on each of them has one of its own, which fails, waits and is tried again by itself.
   * What has fallen away meanwhile goes to nobody. Of a flood browsers hear in few notifications: `pushesEachMinute` by each channel, the
   * last of which stands for all that wait. What its channel has no turn for waits, and is handed out again then.
   */
  async part(delivery: DeliveryListing, to: readonly Recipient[]): Promise<void> {
    await partDelivery(this.#prisma, delivery, to, this.#clock());
  }

  /** When there is something to do next, epoch ms; null where nothing waits. */
  async nextDue(): Promise<number | null> {
    const [row] = await this.#prisma.$queryRaw<{ due: Date | null }[]>`
      SELECT least(
        (SELECT min(due_at) FROM alert_delivery WHERE state = 'waiting' AND asked_until IS NULL),
        (SELECT min(greatest(due_at, asked_until)) FROM alert_delivery
          WHERE state = 'waiting' AND asked_until IS NOT NULL),
        (SELECT min(due_at) FROM alert_delivery WHERE state = 'held'),
        (SELECT min(due_at) FROM alert_escalation)
      ) AS due`;
    return row?.due?.getTime() ?? null;
  }

  /** The newest first. @param before `id` of the last one of the page before; null = from the newest on */
  async list(
    filter: DeliveryFilter,
    limit: number,
    before: string | null = null,
  ): Promise<DeliveryListing[]> {
    const last =
      before === null ? null : await this.#prisma.alertDelivery.findUnique({ where: { id: before } });
    // It was forgotten since, and so was all behind it.
    if (before !== null && last === null) return [];
    const rows = await this.#prisma.alertDelivery.findMany({
      where: { ...filter, ...(last === null ? {} : { seq: { lt: last.seq } }) },
      orderBy: { seq: "desc" },
      take: limit,
    });
    return rows.map(listingOf);
  }

  /** @throws TaplineError `not-found` */
  async find(id: string): Promise<DeliveryListing> {
    const row = await this.#prisma.alertDelivery.findUnique({ where: { id } });
    if (row !== null) return listingOf(row);
    throw new TaplineError("not-found", `there is no delivery ${id}`);
  }

  /** Sends a test by a channel. @returns its id in the log @throws TaplineError `not-found` */
  async test(name: string, act: Act): Promise<string> {
    return await testChannel(this.#prisma, name, act, this.#clock());
  }

  /**
   * Waits until a first attempt at it has ended, and at each of its parts, looking at the log now and then.
   * @returns it as it stands then, and not as sent unless all its parts are; still waiting and without a fault where nobody has tried it
   * `withinMs` @throws TaplineError `not-found`
   */
  async tried(id: string, withinMs: number): Promise<DeliveryListing> {
    return await triedDelivery(this.#prisma, () => this.find(id), withinMs);
  }

  /** Removes what ended longer ago than the log is kept. */
  async forgetOld(): Promise<void> {
    const before = new Date(this.#clock() - keptMs);
    await this.#prisma.alertDelivery.deleteMany({ where: { endedAt: { lt: before } } });
  }
}

/** What was not sent of a call that is over falls away. */
export async function endCalls(tx: Transaction, alertIds: readonly string[], now: Date): Promise<void> {
  const kind: NoticeKind = "call";
  await tx.alertDelivery.updateMany({
    where: { alertId: { in: [...alertIds] }, kind, state: { in: ["waiting", "held"] } },
    data: { state: "moot", endedAt: now },
  });
  await tx.alertEscalation.deleteMany({ where: { alertId: { in: [...alertIds] } } });
}
