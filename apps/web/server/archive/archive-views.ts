import {
  type ArchiveBoard,
  type ArchiveHolds,
  type AskedListing,
  type AskedTasks,
  type AuditEntries,
  type DeclaredArchivesFact,
  type InstallationStanding,
  knownNames,
  type PrismaClient,
  type QuarantineDesk,
  type QuarantinedRow,
  type SegmentFilter,
  wantedOf,
} from "@tapline/adapters/prisma";
import type { KpiSpans } from "@tapline/adapters/prisma/kpi";
import { objectPaths } from "@tapline/core/transfer";
import type {
  ArchiveOverview,
  AskedView,
  HoldsView,
  OpenSegmentView,
  RefusedFilter,
  RefusedTap,
  SegmentDetail,
  SegmentView,
} from "../../contracts/archive.ts";
import { namesOf } from "../alerts/names-of.ts";
import { shareReading, shareReadings } from "../fleet/share-reading.ts";
import { fromPostgres } from "../from-stores.ts";
import type { ArchiveFlow } from "./archive-flow.ts";
import { targetView } from "./target-view.ts";

const mostActs = 12;
const mostHolds = 50;
const mostTasks = 20;
const hourMs = 3_600_000;
const minuteMs = 60_000;

/** What the views read. */
export interface ArchiveStores {
  board: ArchiveBoard;
  declared: Pick<DeclaredArchivesFact, "read">;
  holds: Pick<ArchiveHolds, "list" | "guards">;
  quarantine: Pick<QuarantineDesk, "page" | "reasons">;
  standing: Pick<InstallationStanding, "quarantinedTaps">;
  spans: Pick<KpiSpans, "list">;
  audit: Pick<AuditEntries, "page">;
  asked: Pick<AskedTasks, "ask" | "find" | "list">;
  flow: ArchiveFlow;
}

/** The archive as the console's page shows it. */
export class ArchiveViews {
  /** Every browser asks as often: those that ask at once share an answer. */
  readonly overview: () => Promise<ArchiveOverview>;
  readonly underWay: () => Promise<OpenSegmentView[]>;
  /** Holds, the newest first, with what they guard. */
  readonly holds: () => Promise<HoldsView>;
  /** What is asked of the workers. */
  readonly asked: ArchiveStores["asked"];
  readonly #stores: ArchiveStores;
  readonly #prisma: PrismaClient;
  readonly #clock: () => number;
  readonly #reasons = shareReadings<{ reason: string; open: number; all: number }[]>();

  constructor(stores: ArchiveStores, prisma: PrismaClient, clock: () => number) {
    this.overview = shareReading(() => this.#overview());
    this.underWay = shareReading(() => stores.flow.open());
    this.holds = shareReading(() => this.#holds());
    this.asked = stores.asked;
    this.#stores = stores;
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Segments, newest first; `next` asks for more, null = that was all. */
  async segments(
    filter: SegmentFilter,
    limit: number,
    after: string | null,
  ): Promise<{ segments: SegmentView[]; next: string | null }> {
    const { board, declared } = this.#stores;
    const told = await fromPostgres(declared.read());
    const wanted = told === null ? [] : wantedOf(told);
    const { segments, next } = await fromPostgres(board.segments(filter, wanted, limit, after));
    const lackingOf = ({ targets, expiredAtEpochMs }: (typeof segments)[number]) =>
      expiredAtEpochMs === null ? wanted.filter((name) => !targets.includes(name)) : [];
    return { segments: segments.map((one) => ({ ...one, lacking: lackingOf(one) })), next };
  }

  /** @throws TaplineError `not-found` */
  async segment(id: string): Promise<SegmentDetail> {
    const { board, audit } = this.#stores;
    const [segment, { entries: acts }] = await fromPostgres(
      Promise.all([board.segment(id), audit.page({ subject: `segment/${id}` }, mostActs)]),
    );
    const people = acts.flatMap(({ actor }) => (actor.kind === "operator" ? [actor.id] : []));
    return {
      ...segment,
      manifestPath: objectPaths(id).manifest,
      acts,
      names: Object.fromEntries(await namesOf(this.#prisma, people)),
    };
  }

  /** Refused taps, newest first. */
  async refused(
    filter: RefusedFilter,
    limit: number,
    after: string | null,
  ): Promise<{ taps: RefusedTap[]; next: string | null }> {
    const page = this.#stores.quarantine.page(given(filter), limit, after);
    const { rows, next } = await fromPostgres(page);
    return { taps: rows.map(refusedTap), next };
  }

  /** How many refused taps there are, by reason, and how many of those could be replayed. It goes over all of them. */
  async reasons(filter: RefusedFilter): Promise<{ reason: string; open: number; all: number }[]> {
    const { reason, agent, site } = filter;
    return await this.#reasons(JSON.stringify([reason, agent, site]), () =>
      fromPostgres(this.#stores.quarantine.reasons(given(filter))),
    );
  }

  async #holds(): Promise<HoldsView> {
    const { holds, board } = this.#stores;
    const [listed, expired] = await fromPostgres(Promise.all([holds.list(true), board.expiry()]));
    const shown = listed
      .toSorted((a, b) => Number(b.releasedAtEpochMs === null) - Number(a.releasedAtEpochMs === null))
      .slice(0, mostHolds);
    const people = shown.flatMap(({ placedBy, releasedBy }) => [placedBy, releasedBy ?? []].flat());
    const names = await namesOf(this.#prisma, people);
    const nameOf = (id: string) => names.get(id) ?? id;
    const guarded = shown.map(async (hold) => ({
      ...hold,
      placedBy: nameOf(hold.placedBy),
      releasedBy: hold.releasedBy === null ? null : nameOf(hold.releasedBy),
      guards: hold.releasedAtEpochMs === null ? await fromPostgres(holds.guards(hold)) : null,
    }));
    return { holds: await Promise.all(guarded), expired };
  }

  /** What was asked of the workers last. */
  async tasks(): Promise<AskedView[]> {
    return await this.#named(await fromPostgres(this.asked.list(mostTasks)));
  }

  /** @throws TaplineError `not-found` */
  async task(id: string): Promise<AskedView> {
    const [task] = await this.#named([await fromPostgres(this.asked.find(id))]);
    return task as AskedView;
  }

  async #named(tasks: readonly AskedListing[]): Promise<AskedView[]> {
    const names = await namesOf(
      this.#prisma,
      tasks.map(({ askedBy }) => askedBy),
    );
    return tasks.map((task) => ({ ...task, askedBy: names.get(task.askedBy) ?? task.askedBy }));
  }

  async #overview(): Promise<ArchiveOverview> {
    const { board, declared, flow, standing } = this.#stores;
    const [told, away, quarantined, { sites }] = await Promise.all([
      fromPostgres(declared.read()),
      flow.away(),
      fromPostgres(standing.quarantinedTaps()),
      fromPostgres(knownNames(this.#prisma)),
    ]);
    const names = told?.targets.map(({ name }) => name) ?? away.map(({ archive }) => archive);
    const [standings, spans] = await Promise.all([
      fromPostgres(board.targets(names)),
      Promise.all(names.map((name) => this.#lastHour(name))),
    ]);
    const targets = standings.map((one, at) => targetView(one, { told, away, hour: spans[at] ?? null }));
    if (told === null) return { rule: null, targets, sites: [...sites], quarantined };
    const { mode, quorum, by, atEpochMs } = told;
    return { rule: { mode, quorum, by, atEpochMs }, targets, sites: [...sites], quarantined };
  }

  async #lastHour(archive: string) {
    const untilEpochMs = Math.floor(this.#clock() / minuteMs) * minuteMs;
    const fromEpochMs = untilEpochMs - hourMs;
    const list = this.#stores.spans.list({ archive }, minuteMs, fromEpochMs, untilEpochMs);
    return { fromEpochMs, untilEpochMs, spans: await fromPostgres(list) };
  }
}

function given({ reason, agent, site }: RefusedFilter) {
  return {
    ...(reason === undefined ? {} : { reason }),
    ...(agent === undefined ? {} : { agent }),
    ...(site === undefined ? {} : { site }),
  };
}

function refusedTap({ digest, sealedPayload, ...row }: QuarantinedRow): RefusedTap {
  return { ...row, sha256: digest.toString("hex"), sealedBytes: sealedPayload.length };
}
