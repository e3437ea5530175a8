import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type AlertNotice,
  alertNoticeSchema,
  type DeliveryLane,
  type DeliveryOutcome,
  deliveryKey,
  laneConcurrency,
  type NoticeKind,
  partKey,
  retryDelivery,
} from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "./acts.ts";
import { activeChannels, channelNamed } from "./alert-channels-desk.ts";
import type { AlertDelivery, Prisma, PrismaClient } from "./generated/client.ts";
import { takePushTurn } from "./push-pace.ts";

export const askDeliveriesSql = readFileSync(new URL("./ask-deliveries.sql", import.meta.url), "utf8");

export const deliveryStates = ["waiting", "held", "sent", "failed", "moot"] as const;

export type DeliveryState = (typeof deliveryStates)[number];

/** A line of the delivery log. */
export type DeliveryListing = {
  readonly id: string;
  readonly channel: string;
  /** Which of the channel's browsers: the id of its subscription. "" = all that the channel reaches. */
  readonly recipient: string;
  readonly state: DeliveryState;
  readonly notice: AlertNotice;
  readonly attempts: number;
  /** Why the last attempt failed, or that it was told together with others; "" where there is nothing to say. */
  readonly fault: string;
  /** When it may be tried next, or until when it is held. */
  readonly dueAtEpochMs: number;
  readonly endedAtEpochMs: number | null;
  /**
   * To the end of the delivery, ms: of a call from the raise, so without what the rule waits on purpose before it; of all else from when
   * it happened. Null before it. The notice has breach and raise.
   */
  readonly tookMs: number | null;
};

export type DeliveryFilter = {
  readonly channel?: string;
  readonly state?: DeliveryState;
  readonly alertId?: string;
};

/** One of those whom a channel reaches, and the push service by which. */
export type Recipient = { readonly id: string; readonly service: string };

/** Deliveries of one channel, and push service that it goes by, that are under way at a time. */
const perChannel = 8;

/** How long something handed to the queue may take before it is handed to it again, ms: longer than an attempt and its wait. */
export const askAgainMs = 30_000;

/** What ends with a flood, in one transaction, may be tens of thousands of rows, ms. */
const partTimeoutMs = 30_000;

const lookEveryMs = 200;

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
   * last of which stands for all that wait; what comes after it waits for the end of the minute.
   */
  async part({ id, channel, notice }: DeliveryListing, to: readonly Recipient[]): Promise<void> {
    const now = this.#clock();
    await this.#prisma.$transaction(
      async (tx) => {
        const told = await takePushTurn(tx, channel, notice, now);
        if (told === null) return;
        const sent = { state: "sent", askedUntil: null, endedAt: new Date(now) };
        let whole = id;
        if (told.kind === "more") {
          const row = { ...deliveryRow(told, channel, now), ...sent };
          whole = row.id;
          await tx.alertDelivery.create({ data: row });
        } else {
          const { count } = await tx.alertDelivery.updateMany({
            where: { id, state: "waiting" },
            data: { ...sent, fault: "" },
          });
          if (count === 0) return;
        }
        const data = to.map(({ id: recipient, service }) => ({
          ...deliveryRow(told, channel, now),
          ...{ id: partKey(whole, recipient), recipient, service },
        }));
        await tx.alertDelivery.createMany({ data, skipDuplicates: true });
      },
      { timeout: partTimeoutMs },
    );
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

  /**
   * Waits until a first attempt at it has ended, and at each of its parts, looking at the log now and then.
   * @returns it as it stands then, and not as sent unless all its parts are; still waiting and without a fault where nobody has tried it
   * `withinMs` @throws TaplineError `not-found`
   */
  async tried(id: string, withinMs: number): Promise<DeliveryListing> {
    for (let waitedMs = 0; ; waitedMs += lookEveryMs) {
      const delivery = await this.find(id);
      const parts = await this.#partsOf(delivery);
      const isTried = [delivery, ...parts].every(({ state, fault }) => state !== "waiting" || fault !== "");
      if (isTried || waitedMs >= withinMs) return wholeOf(delivery, parts);
      await sleep(lookEveryMs);
    }
  }

  async #partsOf({ channel, recipient, notice }: DeliveryListing): Promise<DeliveryListing[]> {
    if (recipient !== "") return [];
    const where = { alertId: notice.alertId, kind: notice.kind, channel, recipient: { not: "" } };
    return (await this.#prisma.alertDelivery.findMany({ where })).map(listingOf);
  }

  /** Sends a test by a channel. @returns its id in the log @throws TaplineError `not-found` */
  async test(name: string, act: Act): Promise<string> {
    const now = this.#clock();
    return await this.#prisma.$transaction(async (tx) => {
      const { channels } = await activeChannels(tx);
      const channel = channelNamed(channels, name);
      const alertId = randomUUID();
      const notice: AlertNotice = {
        ...{
          kind: "test",
          alertId,
          rev: 1,
          ruleId: "test",
          severity: "info",
          scope: {},
          value: null,
          limit: null,
        },
        ...{ message: `This is a test of the channel ${name}`, action: "Nothing: it works." },
        ...{ runbook: "docs/operations.md#alert-channels", raisedAtEpochMs: now, atEpochMs: now },
        ...{ by: act.actor.id, step: 0 },
      };
      const [row] = [deliveryRow(notice, channel.name, now)];
      await tx.alertDelivery.create({ data: row });
      const what = { action: "alert-channel.tested" as const, subject: `alert-channel/${name}`, facts: {} };
      await recordAct(tx, act, what, now);
      return row.id;
    });
  }

  /** Removes what ended longer ago than the log is kept. */
  async forgetOld(): Promise<void> {
    const before = new Date(this.#clock() - keptMs);
    await this.#prisma.alertDelivery.deleteMany({ where: { endedAt: { lt: before } } });
  }
}

/** @param heldUntilEpochMs null: it may be sent at once */
export function deliveryRow(
  notice: AlertNotice,
  channel: string,
  nowEpochMs: number,
  heldUntilEpochMs: number | null = null,
) {
  const { alertId, rev, kind, step, raisedAtEpochMs } = notice;
  return {
    ...{ id: deliveryKey({ alertId, rev, kind, channel, step }), alertId, kind, channel, notice },
    ...{ state: heldUntilEpochMs === null ? "waiting" : "held", raisedAt: new Date(raisedAtEpochMs) },
    dueAt: new Date(heldUntilEpochMs ?? nowEpochMs),
  } satisfies Prisma.AlertDeliveryCreateManyInput;
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

/** A delivery as one of its parts stands that did not arrive. */
function wholeOf(delivery: DeliveryListing, parts: readonly DeliveryListing[]): DeliveryListing {
  const away = parts.filter(({ state }) => state !== "sent");
  const [first] = away;
  if (first === undefined) return delivery;
  const { state, fault, endedAtEpochMs, tookMs } = first;
  const said = fault === "" ? "" : `${away.length} of ${parts.length} browsers could not be told: ${fault}`;
  return { ...delivery, ...{ state, endedAtEpochMs, tookMs }, fault: said };
}

export function listingOf(row: AlertDelivery): DeliveryListing {
  const { id, channel, recipient, attempts, fault, dueAt, endedAt } = row;
  const notice = alertNoticeSchema.parse(row.notice);
  return {
    ...{ id, channel, recipient, attempts, fault, state: row.state as DeliveryState },
    ...{ notice, dueAtEpochMs: dueAt.getTime() },
    endedAtEpochMs: endedAt?.getTime() ?? null,
    tookMs: endedAt === null ? null : endedAt.getTime() - beginningOf(notice),
  };
}

function beginningOf({ kind, raisedAtEpochMs, atEpochMs }: AlertNotice): number {
  return kind === "call" ? raisedAtEpochMs : atEpochMs;
}
