import {
  type PrismaClient,
  type ReleaseAct,
  ReleaseDesk,
  type ReleaseListing,
  type ShiftEffect,
  type ShiftListing,
} from "@tapline/adapters/prisma";
import type { ServicesReports } from "@tapline/adapters/redis";
import {
  defaultPlan,
  isReturning,
  type ReleaseContent,
  type ReleasedService,
  releasedServices,
  type ShiftPlan,
  targetOf,
  wantedShare,
} from "@tapline/core/rollout";
import type { ServiceHealth } from "@tapline/core/telemetry";
import type {
  ReleasesBoard,
  ServiceReleases,
  ShiftEffectView,
  ShiftsPage,
  ShiftView,
} from "../../contracts/releases.ts";
import { namesOf } from "../alerts/names-of.ts";
import { shareReading } from "../fleet/share-reading.ts";
import { fromPostgres } from "../from-stores.ts";

const pageSize = 50;

/** What is done to the shift of a service. */
export type ShiftVerb = "advance" | "promote" | "rollBack";

/** Releases of services as the console's page shows them, and how people lead services from one to another. */
export class ReleaseViews {
  /** Everybody who has the page open asks at the same moments. */
  readonly board: () => Promise<ReleasesBoard>;
  readonly #prisma: PrismaClient;
  readonly #desk: ReleaseDesk;
  readonly #services: Pick<ServicesReports, "latest">;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, services: Pick<ServicesReports, "latest">, clock: () => number) {
    this.#prisma = prisma;
    this.#desk = new ReleaseDesk(prisma, clock);
    this.#services = services;
    this.#clock = clock;
    this.board = shareReading(() => this.#board());
  }

  /** Another text where a release, or a shift, is another. */
  async mark(): Promise<string> {
    const [releases, shifts, fixed] = await Promise.all([
      this.#desk.releases({ limit: 1 }),
      this.#desk.shifts({ limit: 20 }),
      this.#desk.fixed(),
    ]);
    return JSON.stringify([releases[0]?.id, shifts.map(({ id, revision }) => [id, revision]), fixed]);
  }

  /** @param before id of the last one of the page before */
  async shifts(service: ReleasedService | undefined, before: number | null): Promise<ShiftsPage> {
    const asked = {
      ...(service === undefined ? {} : { service }),
      ...(before === null ? {} : { before }),
    };
    const found = await fromPostgres(this.#desk.shifts({ ...asked, limit: pageSize + 1 }));
    const shifts = found.slice(0, pageSize).map(viewOf);
    const next = found.length > pageSize ? (shifts.at(-1)?.id ?? null) : null;
    return { shifts, next, names: await this.#names(shifts.map(({ startedBy }) => startedBy)) };
  }

  async make(content: ReleaseContent, act: ReleaseAct): Promise<ReleaseListing> {
    return await fromPostgres(this.#desk.make(content, act));
  }

  async shift(release: number, plan: Partial<ShiftPlan>, act: ReleaseAct): Promise<ShiftEffectView> {
    return effectOf(await fromPostgres(this.#desk.shift(release, act, { ...defaultPlan, ...plan })));
  }

  async steer(verb: ShiftVerb, service: ReleasedService, act: ReleaseAct): Promise<ShiftEffectView> {
    return effectOf(await fromPostgres(this.#desk[verb](service, act)));
  }

  async #board(): Promise<ReleasesBoard> {
    const [releases, open, fixed, report] = await Promise.all([
      fromPostgres(this.#desk.releases()),
      fromPostgres(this.#desk.open()),
      fromPostgres(this.#desk.fixed()),
      this.#services.latest().catch(() => null),
    ]);
    const shifts = open.map(viewOf);
    const services = await Promise.all(
      releasedServices.map(async (service) => ({
        ...(await this.#service(service, shifts, report?.services ?? null)),
        fixed: fixed[service] ?? null,
      })),
    );
    const people = [...releases.map(({ madeBy }) => madeBy), ...open.map(({ startedBy }) => startedBy)];
    return { readAtEpochMs: this.#clock(), services, releases, names: await this.#names(people) };
  }

  async #service(
    service: ReleasedService,
    open: readonly ShiftView[],
    processes: readonly ServiceHealth[] | null,
  ): Promise<Omit<ServiceReleases, "fixed">> {
    const { release, colour, before } = await fromPostgres(this.#desk.standing(service));
    return {
      ...{ service, release, colour, hasBefore: before !== undefined, before: before ?? null },
      shift: open.find((shift) => shift.service === service) ?? null,
      processes: processes?.filter(({ roles }) => roles.includes(service)) ?? null,
    };
  }

  /** @param actors `<kind>/<id>` each */
  async #names(actors: readonly string[]): Promise<Record<string, string>> {
    const ids = actors.map((actor) => actor.slice(actor.indexOf("/") + 1));
    return Object.fromEntries(await namesOf(this.#prisma, [...new Set(ids)]));
  }
}

const viewOf = (shift: ShiftListing): ShiftView => ({
  ...shift,
  share: wantedShare(shift),
  target: targetOf(shift),
  isReturning: isReturning(shift.state),
});

const effectOf = ({ says, shift }: ShiftEffect): ShiftEffectView => ({ says, shift: viewOf(shift) });
