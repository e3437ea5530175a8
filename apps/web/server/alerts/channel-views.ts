import type { Act, PrismaClient } from "@tapline/adapters/prisma";
import type {
  AlertChannelsDesk,
  AlertDeliveries,
  AlertMaintenanceDesk,
  ChannelStandings,
  DeliveryListing,
  MaintenanceListing,
  NewMaintenance,
} from "@tapline/adapters/prisma/alerts";
import { channelWay } from "@tapline/core/alerts";
import type {
  ChannelsView,
  DeliveryFilter,
  DeliveryPage,
  DeliveryView,
  MaintenanceView,
} from "../../contracts/alert-channels.ts";
import { fromPostgres } from "../from-stores.ts";
import { ChannelTests } from "./channel-tests.ts";
import { namesOf } from "./names-of.ts";

/** A browser waits so long to hear what came of a test, ms; the log tells it later, too. */
const testPatienceMs = 15_000;

/** The parts of the stores that are used here. */
export interface ChannelStores {
  channels: Pick<AlertChannelsDesk, "active">;
  deliveries: Pick<AlertDeliveries, "list" | "test" | "tried">;
  standings: Pick<ChannelStandings, "read">;
  maintenance: Pick<AlertMaintenanceDesk, "list" | "start" | "end">;
}

/** How alerts reach people beside the console, as its pages show it. */
export class ChannelViews {
  readonly #stores: ChannelStores;
  readonly #prisma: PrismaClient;
  readonly #tests = new ChannelTests(() => performance.now());

  constructor(stores: ChannelStores, prisma: PrismaClient) {
    this.#stores = stores;
    this.#prisma = prisma;
  }

  async list(): Promise<ChannelsView> {
    const { version, channels } = await fromPostgres(this.#stores.channels.active());
    const named = channels.channels.map(({ name }) => name);
    const standings = await fromPostgres(this.#stores.standings.read(named));
    const last = await this.#shown([...standings.values()].flatMap((one) => one.last ?? []));
    return {
      version,
      channels: channels.channels.map((channel) => {
        const { name, kind, tells } = channel;
        const { waiting = 0, held = 0 } = standings.get(name) ?? {};
        const lastOf = last.find((delivery) => delivery.channel === name) ?? null;
        return { name, kind, way: channelWay(channel), tells, waiting, held, last: lastOf };
      }),
      schedules: channels.schedules.map(({ name }) => name),
      policies: channels.policies.map(({ name }) => name),
    };
  }

  /** The newest first. @param after `next` of the page before */
  async deliveries(
    { channel, state, alertId }: DeliveryFilter,
    limit: number,
    after: string | null,
  ): Promise<DeliveryPage> {
    const filter = {
      ...(channel === undefined ? {} : { channel }),
      ...(state === undefined ? {} : { state }),
      ...(alertId === undefined ? {} : { alertId }),
    };
    const found = await fromPostgres(this.#stores.deliveries.list(filter, limit + 1, after));
    const page = found.slice(0, limit);
    const next = found.length > limit ? (page.at(-1)?.id ?? null) : null;
    return { deliveries: await this.#shown(page), next };
  }

  /** Sends a test, and waits a while. @returns how it stands then @throws TaplineError `not-found`; `overloaded` for too many */
  async test(name: string, act: Act): Promise<DeliveryView> {
    const id = await this.#tests.begin(name, () => fromPostgres(this.#stores.deliveries.test(name, act)));
    const tried = await fromPostgres(this.#stores.deliveries.tried(id, testPatienceMs));
    const [shown] = await this.#shown([tried]);
    return shown ?? shownOf(tried, new Map());
  }

  /** Those that are on, or all, the newest first. */
  async maintenance(which: "on" | "all"): Promise<MaintenanceView[]> {
    return await this.#windows(await fromPostgres(this.#stores.maintenance.list(which)));
  }

  /** @throws TaplineError `invalid-input` */
  async startMaintenance(wanted: NewMaintenance, act: Act & { reason: string }): Promise<MaintenanceView[]> {
    return await this.#windows([await fromPostgres(this.#stores.maintenance.start(wanted, act))]);
  }

  /** @throws TaplineError `not-found`, `conflict` */
  async endMaintenance(id: string, act: Act): Promise<void> {
    await fromPostgres(this.#stores.maintenance.end(id, act));
  }

  async #shown(listings: readonly DeliveryListing[]): Promise<DeliveryView[]> {
    const names = await namesOf(
      this.#prisma,
      listings.flatMap(({ notice }) => notice.by ?? []),
    );
    return listings.map((listing) => shownOf(listing, names));
  }

  async #windows(listings: readonly MaintenanceListing[]): Promise<MaintenanceView[]> {
    const ids = listings.flatMap(({ startedBy, endedBy }) => [startedBy, endedBy ?? []].flat());
    const names = await namesOf(this.#prisma, ids);
    const nameOf = (id: string) => names.get(id) ?? id;
    return listings.map((one) => ({
      ...{ ...one, startedBy: nameOf(one.startedBy) },
      endedBy: one.endedBy === null ? null : nameOf(one.endedBy),
    }));
  }
}

function shownOf(listing: DeliveryListing, names: ReadonlyMap<string, string>): DeliveryView {
  const { id, channel, recipient, state, attempts, fault, dueAtEpochMs, endedAtEpochMs, tookMs, notice } =
    listing;
  const { kind, alertId, ruleId, message, scope, atEpochMs, by, breachedAtEpochMs = null } = notice;
  const { raisedAtEpochMs, step } = notice;
  return {
    ...{ id, channel, recipient, state, attempts, fault, dueAtEpochMs, endedAtEpochMs, tookMs },
    ...{ breachedAtEpochMs, raisedAtEpochMs, step },
    ...{ kind, alertId, ruleId, message, scope, atEpochMs, by: by === null ? null : (names.get(by) ?? by) },
  };
}
