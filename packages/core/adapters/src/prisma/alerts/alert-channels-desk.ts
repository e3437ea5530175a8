import { type AlertChannels, noChannels, parseAlertChannels } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { assertSeen } from "@tapline/core/rollout";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";
import { lockedStep } from "../locked-step.ts";

export type ReleasedChannels = {
  /** 0 before the first release. */
  readonly version: number;
  readonly channels: AlertChannels;
};

/** Held by who changes which channels are in force. */
export const alertChannelsLock = "alert_channel_release";

/** How alerts reach people, in releases; the newest one is in force. Each is one transaction with its audit entry. */
export class AlertChannelsDesk {
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, clock: () => number) {
    this.#prisma = prisma;
    this.#clock = clock;
  }

  async active(): Promise<ReleasedChannels> {
    return await activeChannels(this.#prisma);
  }

  /**
   * Puts a document in force.
   * @param seen the version that was in force when whoever asks looked, 0 = none; left out: whatever is
   * @returns the release's number
   * @throws TaplineError `conflict` where another one is in force than was seen
   */
  async release(channels: AlertChannels, act: Act, seen?: number): Promise<number> {
    // One release comes after the other.
    return await lockedStep(this.#prisma, { lock: alertChannelsLock }, async (tx) => {
      const last = await tx.alertChannelRelease.findFirst({ orderBy: { version: "desc" } });
      const active = last === null ? null : { ...last, madeAtEpochMs: last.madeAt.getTime() };
      assertSeen("alert-channels", active, seen);
      return await releaseAlertChannels(tx, channels, act, new Date(this.#clock()));
    });
  }
}

/** One more release, in a transaction that holds `alertChannelsLock`. @param more facts of its audit entry @returns its number */
export async function releaseAlertChannels(
  tx: Transaction,
  channels: AlertChannels,
  act: Act,
  madeAt: Date,
  more: Readonly<Record<string, number>> = {},
): Promise<number> {
  const last = await tx.alertChannelRelease.aggregate({ _max: { version: true } });
  const before = last._max.version ?? 0;
  const version = before + 1;
  const made = { madeAt, madeBy: `${act.actor.kind}/${act.actor.id}`, reason: act.reason };
  await tx.alertChannelRelease.create({ data: { version, document: channels, ...made } });
  const facts = { channels: channels.channels.length, policies: channels.policies.length, ...more };
  const what = {
    ...{ action: "alert-channels.released" as const, subject: `alert-channels/${version}`, facts },
    ...{ before: { version: before }, after: { version } },
  };
  await recordAct(tx, act, what, madeAt.getTime());
  return version;
}

/** @throws TaplineError `not-found` */
export function channelNamed({ channels }: AlertChannels, name: string): AlertChannels["channels"][number] {
  const found = channels.find((channel) => channel.name === name);
  if (found !== undefined) return found;
  throw new TaplineError("not-found", `there is no channel ${name}`, {
    remedy: "`tapline alerts channel ls` shows which there are",
  });
}

export async function activeChannels(
  tx: Pick<Transaction, "alertChannelRelease">,
): Promise<ReleasedChannels> {
  const row = await tx.alertChannelRelease.findFirst({ orderBy: { version: "desc" } });
  if (row === null) return { version: 0, channels: noChannels };
  return { version: row.version, channels: parseAlertChannels(row.document) };
}
