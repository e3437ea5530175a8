import { type Handover, HandoverDesk } from "@tapline/adapters/prisma";
import type { Clock } from "@tapline/core/kernel";
import type { HandoverNow, HandoverPage, HandoverPicture, HandoverView } from "../../contracts/handover.ts";
import { namesOf } from "../alerts/names-of.ts";
import { shareReading } from "../fleet/share-reading.ts";
import { fromPostgres } from "../from-stores.ts";
import { drawPicture, type PictureStores } from "./draw-picture.ts";
import { handoverPictureSchema } from "./picture.ts";

/** A shift whose predecessor signed nothing within a day began so long ago, ms. */
const usualShiftMs = 12 * 3_600_000;
const longestShiftMs = 24 * 3_600_000;

/** A person who hands over or takes over, in a trace. */
type By = { readonly userId: string; readonly traceId: string | null };

/** Shifts, and how they are handed over. */
export class HandoverViews {
  /** Everybody who has the page open asks every few seconds. */
  readonly now: () => Promise<HandoverNow>;
  readonly #desk: HandoverDesk;
  readonly #stores: PictureStores;
  readonly #clock: Clock;

  constructor(stores: PictureStores, clock: Clock) {
    this.#desk = new HandoverDesk(stores.prisma, clock);
    this.#stores = stores;
    this.#clock = clock;
    this.now = shareReading(() => this.#now());
  }

  async list(limit: number, after: string | null): Promise<HandoverPage> {
    const rows = await fromPostgres(this.#desk.list(limit + 1, after));
    const handovers = rows.slice(0, limit).map(viewOf);
    const next = rows.length > limit ? (handovers.at(-1)?.id ?? null) : null;
    return { handovers, next, names: await this.#names(handovers) };
  }

  /** Submits how everything stands at this moment. */
  async submit(note: string, by: By): Promise<HandoverView> {
    const { sinceEpochMs, ...picture } = await this.#picture();
    const wish = { sinceEpochMs, note, picture: { ...picture, sinceEpochMs } };
    return viewOf(await fromPostgres(this.#desk.submit(wish, by)));
  }

  /** Signs it, with how everything stands at this moment. */
  async sign(id: string, note: string | null, by: By): Promise<HandoverView> {
    const { sinceEpochMs } = await fromPostgres(this.#desk.find(id));
    const picture = await drawPicture(this.#stores, sinceEpochMs, this.#clock());
    return viewOf(await fromPostgres(this.#desk.sign(id, { note, picture }, by)));
  }

  async withdraw(id: string, reason: string, by: By): Promise<HandoverView> {
    return viewOf(await fromPostgres(this.#desk.withdraw(id, reason, by)));
  }

  async #now(): Promise<HandoverNow> {
    const waiting = await fromPostgres(this.#desk.waiting());
    const view = waiting === null ? null : viewOf(waiting);
    const picture = await this.#picture(waiting?.sinceEpochMs);
    return { picture, waiting: view, names: await this.#names(view === null ? [] : [view], picture) };
  }

  /** @param sinceEpochMs of a shift that is handed over already; left out: since the last one was signed */
  async #picture(sinceEpochMs?: number): Promise<HandoverPicture> {
    const nowEpochMs = this.#clock();
    return await drawPicture(this.#stores, sinceEpochMs ?? (await this.#shiftBegan(nowEpochMs)), nowEpochMs);
  }

  async #shiftBegan(nowEpochMs: number): Promise<number> {
    const last = await fromPostgres(this.#desk.lastSignedEpochMs());
    return last === null || nowEpochMs - last > longestShiftMs ? nowEpochMs - usualShiftMs : last;
  }

  /** Of all that are named in them. */
  async #names(views: readonly HandoverView[], now?: HandoverPicture): Promise<Record<string, string>> {
    const pictures = [...views.flatMap(({ picture, signed }) => [picture, signed?.picture]), now];
    const people = [
      ...views.flatMap(({ submittedBy, signed, withdrawn }) => [submittedBy, signed?.by, withdrawn?.by]),
      ...pictures.flatMap((picture) => (picture === undefined ? [] : peopleIn(picture))),
    ];
    const ids = people.filter((one) => one != null);
    return Object.fromEntries(await namesOf(this.#stores.prisma, ids));
  }
}

function peopleIn({ open, shelved, held, acts, maintenance }: HandoverPicture): (string | null)[] {
  return [
    ...[...open, ...shelved, ...held].map(({ assignee }) => assignee),
    ...acts.map(({ personId }) => personId),
    ...maintenance.map(({ startedBy }) => startedBy),
  ];
}

function viewOf({ sinceEpochMs: _, picture, signed, ...rest }: Handover): HandoverView {
  return {
    ...rest,
    picture: handoverPictureSchema.parse(picture),
    signed: signed && { ...signed, picture: handoverPictureSchema.parse(signed.picture) },
  };
}
