import type { Act, PrismaClient } from "@tapline/adapters/prisma";
import { type RuleReleaseListing, RuleReleasesDesk } from "@tapline/adapters/prisma/rule-releases";
import type { AlertStreams } from "@tapline/adapters/redis/live";
import type { AskedReturn, RuleKind } from "@tapline/core/rollout";
import type { RuleReleases, RuleReturn } from "../../contracts/rule-releases.ts";
import { namesOf } from "../alerts/names-of.ts";
import { shareReading } from "../fleet/share-reading.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";

/** Of each kind so many are shown. */
const shownReleases = 20;

/** Releases of all rules as the console shows them, and the way back to those of before. */
export class RuleReleaseViews {
  /** Everybody who has the page open asks at the same moments. */
  readonly board: () => Promise<RuleReleases[]>;
  readonly #prisma: PrismaClient;
  readonly #desk: RuleReleasesDesk;

  constructor(
    prisma: PrismaClient,
    streams: Pick<AlertStreams, "newest" | "publishRules">,
    clock: () => number,
  ) {
    this.#prisma = prisma;
    this.#desk = new RuleReleasesDesk(prisma, clock, {
      assertHeard: async (kind) => {
        if (kind === "alert-rules") await fromRedis(streams.newest());
      },
      // It is in force: who watches looks for itself where it does not hear of it.
      tell: async (kind, version) => {
        if (kind === "alert-rules") await streams.publishRules(version).catch(() => undefined);
      },
    });
    this.board = shareReading(() => this.#board());
  }

  /** @throws TaplineError as the desk says */
  async rollBack(
    kind: RuleKind,
    asked: AskedReturn,
    act: Act & { readonly dryRun?: boolean },
  ): Promise<RuleReturn> {
    return await fromPostgres(this.#desk.rollBack(kind, asked, act));
  }

  async #board(): Promise<RuleReleases[]> {
    const all = await fromPostgres(this.#desk.all(shownReleases));
    const makers = all.flatMap(({ releases }) => releases.map(({ madeBy }) => madeBy));
    const people = makers.filter((madeBy) => madeBy.startsWith("operator/")).map(idIn);
    const names = await namesOf(this.#prisma, [...new Set(people)]);
    const named = ({ madeBy, ...release }: RuleReleaseListing) => ({
      ...{ ...release, madeBy: names.get(idIn(madeBy)) ?? idIn(madeBy) },
    });
    return all.map(({ releases, ...of }) => ({ ...of, releases: releases.map(named) }));
  }
}

/** `<kind>/<id>` names an actor. */
const idIn = (madeBy: string): string => madeBy.slice(madeBy.indexOf("/") + 1);
