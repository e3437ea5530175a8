import { type AlertChannels, noChannels, parseAlertChannels } from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { type Act, recordAct, type Transaction } from "../acts.ts";
import type { PrismaClient } from "../generated/client.ts";

export type ReleasedChannels = {
  /** 0 before the first release. */
  readonly version: number;
  readonly channels: AlertChannels;
};

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

  /** Puts a document in force. @returns the release's number */
  async release(channels: AlertChannels, act: Act): Promise<number> {
    return await this.#prisma.$transaction(async (tx) => {
      // One release comes after the other.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended('alert_channel_release', 0))`;
      const before = await activeChannels(tx);
      const version = before.version + 1;
      const madeAt = new Date(this.#clock());
      const made = { madeAt, madeBy: `${act.actor.kind}/${act.actor.id}`, reason: act.reason };
      await tx.alertChannelRelease.create({ data: { version, document: channels, ...made } });
      const facts = { channels: channels.channels.length, policies: channels.policies.length };
      const what = {
        ...{ action: "alert-channels.released" as const, subject: `alert-channels/${version}`, facts },
        ...{ before: { version: before.version }, after: { version } },
      };
      await recordAct(tx, act, what, madeAt.getTime());
      return version;
    });
  }
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
