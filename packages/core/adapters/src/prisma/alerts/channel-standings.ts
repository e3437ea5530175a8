import { readFileSync } from "node:fs";
import type { PrismaClient } from "../generated/client.ts";
import { type DeliveryListing, listingOf } from "./delivery-row.ts";

const lastDeliveriesSql = readFileSync(new URL("./last-deliveries.sql", import.meta.url), "utf8");

export type ChannelStanding = {
  /** To be sent, and held back by maintenance. */
  readonly waiting: number;
  readonly held: number;
  /** The last one that was sent or given up; null where there is none. */
  readonly last: DeliveryListing | null;
};

/** How channels fare, from the delivery log. */
export class ChannelStandings {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Of each of these channels, by its name. */
  async read(names: readonly string[]): Promise<Map<string, ChannelStanding>> {
    const [last, open] = await Promise.all([this.#last(names), this.#open()]);
    return new Map(
      names.map((name) => {
        const count = (state: string) =>
          open.find((one) => one.channel === name && one.state === state)?._count ?? 0;
        const standing = { waiting: count("waiting"), held: count("held"), last: last.get(name) ?? null };
        return [name, standing];
      }),
    );
  }

  async #last(names: readonly string[]): Promise<Map<string, DeliveryListing>> {
    const found = await this.#prisma.$queryRawUnsafe<{ id: string }[]>(lastDeliveriesSql, names);
    const ids = found.map(({ id }) => id);
    const rows = await this.#prisma.alertDelivery.findMany({ where: { id: { in: ids } } });
    return new Map(rows.map((row) => [row.channel, listingOf(row)]));
  }

  async #open() {
    return await this.#prisma.alertDelivery.groupBy({
      by: ["channel", "state"],
      where: { state: { in: ["waiting", "held"] } },
      _count: true,
    });
  }
}
