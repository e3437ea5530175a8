import {
  EndingLog,
  KeyDesk,
  KeyMap,
  type KeyRequestListing,
  KeyRequests,
  RingReadings,
} from "@tapline/adapters/keys";
import type { Act, PrismaClient } from "@tapline/adapters/prisma";
import { parseNote } from "@tapline/core/audit";
import {
  type KeyChange,
  type RingKey,
  ringDigest,
  rotationTo,
  shortKeyId,
  stateChange,
  validFromEpochMs,
} from "@tapline/core/encryption";
import { TaplineError } from "@tapline/core/kernel";
import type { Redis } from "ioredis";
import type {
  KeyPreviewView,
  KeyRequestView,
  KeysView,
  KeyView,
  KeyWishInput,
  KeyWorkerView,
  LogKeyView,
} from "../../contracts/keys.ts";
import { namesOf } from "../alerts/names-of.ts";
import { shareReading } from "../fleet/share-reading.ts";
import { fromPostgres } from "../from-stores.ts";
import { CountOpenings, type Openings } from "./count-openings.ts";

export type ChangeOutcome = { is: "made" } | { is: "asked"; id: string; expiresAtEpochMs: number };

/** The ring of keys as the console's page shows it, and what is done to it. */
export class KeyViews {
  readonly desk: KeyDesk;
  readonly requests: KeyRequests;
  readonly readings: RingReadings;
  readonly #prisma: PrismaClient;
  readonly #endings: EndingLog;
  readonly #openings: CountOpenings;
  readonly #board: () => Promise<KeysView>;

  constructor(prisma: PrismaClient, redis: Redis, clock: () => number) {
    this.#prisma = prisma;
    this.desk = new KeyDesk(prisma, clock);
    this.requests = new KeyRequests(prisma, clock);
    this.readings = new RingReadings(redis, clock);
    this.#endings = new EndingLog(prisma);
    this.#openings = new CountOpenings(new KeyMap(prisma), clock);
    this.#board = shareReading(() => fromPostgres(this.#read(clock())));
  }

  /** Another text where the ring, what waits, or what workers take the ring for is another. */
  async mark(): Promise<string> {
    const { ring, stand } = await this.desk.standing();
    const [requests, workers, found] = await Promise.all([
      this.requests.list(),
      this.#workers(ring),
      this.#endings.kept(),
    ]);
    const said = workers?.map(({ atEpochMs: _at, ...worker }) => worker) ?? null;
    return JSON.stringify([stand, requests.map(({ id, state }) => [id, state]), said, found?.atEpochMs]);
  }

  /** @param userId whoever asks: their own requests are marked */
  async board(userId: string): Promise<KeysView> {
    const board = await this.#board();
    const ids = board.requests.flatMap(({ askedBy, endedBy }) => [askedBy, endedBy ?? []].flat());
    const names = await namesOf(this.#prisma, ids);
    const requests = board.requests.map((request) => ({
      ...request,
      isOwn: request.askedBy === userId,
      askedBy: names.get(request.askedBy) ?? request.askedBy,
      endedBy: request.endedBy === null ? null : (names.get(request.endedBy) ?? request.endedBy),
    }));
    return { ...board, requests };
  }

  /** @throws TaplineError as the desk says; `not-found` where no such key or request is known */
  async preview(wish: KeyWishInput): Promise<KeyPreviewView> {
    return await fromPostgres(this.#preview(wish));
  }

  async #preview(wish: KeyWishInput): Promise<KeyPreviewView> {
    const { ring } = await this.desk.standing();
    const change = await this.#changeOf(wish, ring);
    return { change, ...(await this.desk.preview(change)) };
  }

  async #changeOf(wish: KeyWishInput, ring: readonly RingKey[]): Promise<KeyChange> {
    switch (wish.do) {
      case "rule":
        return { kind: "rule", twoPersons: wish.twoPersons };
      case "add":
        return { kind: "add", role: wish.role, certPem: wish.certPem };
      case "rotate":
        return rotationTo(ring, wish.role, wish.certPem);
      case "approve":
        return found((await this.requests.list()).find(({ id }) => id === wish.request)).change;
      default:
        return stateChange(wish.do, found(ring.find(({ certSha256 }) => certSha256 === wish.key)));
    }
  }

  async change(change: KeyChange, stand: string, act: Act): Promise<ChangeOutcome> {
    const outcome = await fromPostgres(this.desk.change(change, act, { stand, twoPersons: "ask" }));
    if (outcome.is === "made") return { is: "made" };
    return { is: "asked", id: outcome.id, expiresAtEpochMs: outcome.expiresAtEpochMs };
  }

  async approve(id: string, stand: string, act: Act): Promise<void> {
    await this.#orWho(this.requests.approve(id, stand, act));
  }

  async cancel(id: string, act: Act): Promise<void> {
    await this.#orWho(this.requests.cancel(id, act));
  }

  /** Whoever comes too late is told who was there before, by name. */
  async #orWho(done: Promise<unknown>): Promise<void> {
    try {
      await fromPostgres(done);
    } catch (error) {
      if (!(error instanceof TaplineError) || typeof error.facts.by !== "string") throw error;
      const { by } = error.facts;
      const name = (await namesOf(this.#prisma, [by])).get(by) ?? by;
      throw new TaplineError(error.code, `${error.message} by ${name}`, {
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
        facts: error.facts,
      });
    }
  }

  async #read(nowEpochMs: number): Promise<KeysView> {
    const { ring, twoPersons, stand } = await this.desk.standing();
    const [openings, requests, found, logKeys, workers] = await Promise.all([
      this.#openings.of(ring, stand),
      this.requests.list(),
      this.#endings.kept(),
      this.#logKeys(),
      this.#workers(ring),
    ]);
    const known = new Set(ring.map(({ ski }) => ski));
    return {
      ...{ stand, twoPersons, workers, found, logKeys, readAtEpochMs: nowEpochMs },
      keys: ring.map((key) => keyViewOf(key, openings)),
      strangers: openings.shares
        .filter(({ ski }) => ski === null || !known.has(ski))
        .map(({ ski, ...share }) => ({ ski, share })),
      archived: { segments: openings.total.segments, taps: openings.total.taps },
      countedAtEpochMs: openings.atEpochMs,
      requests: requests.map((request) => requestViewOf(request, stand)),
    };
  }

  async #workers(ring: readonly RingKey[]): Promise<KeyWorkerView[] | null> {
    const digest = ringDigest(ring);
    const latest = await this.readings.latest().catch(() => null);
    return latest?.map((reading) => ({ ...reading, isCurrent: reading.ring === digest })) ?? null;
  }

  async #logKeys(): Promise<LogKeyView[]> {
    const head = await this.#prisma.auditHead.findFirst({
      select: { origin: true, note: true, cosignedNote: true },
    });
    const signed = [head?.note ?? [], head?.cosignedNote ?? []]
      .flat()
      .flatMap((note) => parseNote(note).signatures);
    const keys = signed.map(
      ({ name, id }): LogKeyView => ({ kind: name === head?.origin ? "log" : "witness", name, id }),
    );
    return [...new Map(keys.map((key) => [`${key.name} ${key.id}`, key])).values()];
  }
}

function found<Thing>(thing: Thing | undefined): Thing {
  if (thing !== undefined) return thing;
  throw new TaplineError("not-found", "this is not known any more", { remedy: "Look at the page anew." });
}

function keyViewOf({ certPem, ...key }: RingKey, { shares, of }: Openings): KeyView {
  const share = shares.find(({ ski }) => ski === key.ski);
  const nothing = { segments: 0, taps: 0, firstAtEpochMs: null, lastAtEpochMs: null };
  const { only = nothing, alsoActive = 0 } = of.get(key.ski) ?? {};
  return {
    ...key,
    ...{ shortId: shortKeyId(key.certSha256), validFromEpochMs: validFromEpochMs(certPem) },
    ...{ opens: share ?? null, only, alsoActive },
  };
}

function requestViewOf(
  { change: _change, stand: asked, ...request }: KeyRequestListing,
  stand: string,
): KeyRequestView {
  return { ...request, isOwn: false, isOnOtherRing: request.state === "waiting" && asked !== stand };
}
