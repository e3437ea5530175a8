import type { Act, PrismaClient } from "@tapline/adapters/prisma";
import {
  type DecisionFilter,
  NoopsDesk,
  NoopsRulesDesk,
  type ReleasedNoopsRules,
} from "@tapline/adapters/prisma/noops";
import { ForecastLog, WishBoard } from "@tapline/adapters/redis";
import {
  type ForecastTurn,
  type ForetoldService,
  forecastMinutes,
  forecastRecord,
} from "@tapline/core/balance";
import { type Decision, modeOf, type NoopsSwitches, type RuleMode } from "@tapline/core/noops";
import type { Redis } from "ioredis";
import type { DecisionDetail, DecisionsPage, ForecastHistory, NoopsBoard } from "../../contracts/noops.ts";
import { namesOf } from "../alerts/names-of.ts";
import { shareReading } from "../fleet/share-reading.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";

/** So many of those that wait are shown at once. */
const mostWaiting = 100;
const pageSize = 50;

/** NoOps as the console's page shows it, and what people say to it. */
export class NoopsViews {
  /** Everybody who has the page open asks at the same moments. */
  readonly board: () => Promise<NoopsBoard>;
  readonly #prisma: PrismaClient;
  readonly #desk: NoopsDesk;
  readonly #rules: NoopsRulesDesk;
  readonly #wishes: WishBoard;
  readonly #turns: () => Promise<ForecastTurn[]>;
  readonly #clock: () => number;

  constructor(prisma: PrismaClient, redis: Redis, clock: () => number) {
    this.#prisma = prisma;
    this.#desk = new NoopsDesk(prisma, clock);
    this.#rules = new NoopsRulesDesk(prisma, clock);
    this.#wishes = new WishBoard(redis);
    this.#clock = clock;
    const forecasts = new ForecastLog(redis);
    this.#turns = shareReading(() => forecasts.last(clock()));
    this.board = shareReading(() => this.#board());
  }

  /** Another text where what stands, or a decision, is another. Wishes go on every second and are no news. */
  async mark(): Promise<string> {
    const [{ switches, rules, lease, waiting }, { decisions }] = await Promise.all([
      this.#desk.standing(),
      this.#desk.list({}, pageSize),
    ]);
    const seen = decisions.map(({ id, state, times, word, undoneBy }) => [
      id,
      state,
      times,
      word?.is,
      undoneBy,
    ]);
    return JSON.stringify([switches, rules?.version, lease?.holder, lease?.isHeld, waiting, seen]);
  }

  async decisions(filter: DecisionFilter, after: string | null): Promise<DecisionsPage> {
    const page = await fromPostgres(this.#desk.list(filter, pageSize, after));
    return { ...page, names: await this.#names(page.decisions) };
  }

  /** @throws TaplineError `not-found` */
  async decision(id: string): Promise<DecisionDetail> {
    const decision = await fromPostgres(this.#desk.find(id));
    const rule = await fromPostgres(this.#rules.ruleOf(decision.ruleSet.version, decision.ruleId));
    return { decision, rule, names: await this.#names([decision]) };
  }

  /** In words, what an undo would do. @throws TaplineError as the desk says */
  async undoEffect(id: string, act: Act): Promise<string> {
    const { preview } = await fromPostgres(this.#desk.undo(id, { ...act, dryRun: true }));
    return preview ?? "";
  }

  /** @throws TaplineError `unavailable` where Redis does not answer */
  async forecasts(service: ForetoldService): Promise<ForecastHistory> {
    const minutes = forecastMinutes(service, await fromRedis(this.#turns()));
    return { readAtEpochMs: this.#clock(), service, minutes, record: forecastRecord(minutes) };
  }

  async answer(id: string, is: "approve" | "deny" | "undo", act: Act): Promise<Decision> {
    return await fromPostgres(this.#desk[is](id, act));
  }

  async setMode(ruleId: string, mode: RuleMode | "as-written", act: Act): Promise<void> {
    await fromPostgres(this.#desk.setMode(ruleId, mode, act));
  }

  async pause(pauses: "all" | "down", forMs: number | null, act: Act): Promise<void> {
    const untilEpochMs = forMs === null ? null : this.#clock() + forMs;
    await fromPostgres(this.#desk.pause({ pauses, untilEpochMs }, act));
  }

  async turn(what: "resume" | "kill" | "revive", act: Act): Promise<void> {
    await fromPostgres(this.#desk[what](act));
  }

  async #board(): Promise<NoopsBoard> {
    const [{ switches, rules, lease }, waiting, wishes] = await Promise.all([
      fromPostgres(this.#desk.standing()),
      fromPostgres(this.#desk.list({ states: ["waiting-approval"] }, mostWaiting)),
      this.#wishes.latest().catch(() => null),
    ]);
    return {
      ...{ readAtEpochMs: this.#clock(), switches, wishes, actsPerHour: rules?.rules.actsPerHour ?? null },
      lease: lease === null ? null : { holder: lease.holder, fence: lease.fence, isHeld: lease.isHeld },
      release: releaseOf(rules),
      rules: (rules?.rules.rules ?? []).map((rule) => ({ rule, mode: modeOf(rule, switches) })),
      waiting: waiting.decisions.toReversed(),
      names: await this.#names(waiting.decisions, settersOf(switches, rules)),
    };
  }

  async #names(
    decisions: readonly Decision[],
    more: readonly string[] = [],
  ): Promise<Record<string, string>> {
    const ids = decisions.flatMap(({ word }) => (word === null ? [] : [word.by.id]));
    return Object.fromEntries(await namesOf(this.#prisma, [...new Set([...ids, ...more])]));
  }
}

function releaseOf(rules: ReleasedNoopsRules | null): NoopsBoard["release"] {
  if (rules === null) return null;
  const { version, madeAtEpochMs, madeBy, reason } = rules;
  return { version, madeAtEpochMs, madeBy, reason };
}

function settersOf({ kill, pauses, modes }: NoopsSwitches, rules: ReleasedNoopsRules | null): string[] {
  const set = [...(kill === null ? [] : [kill]), ...pauses, ...modes].map(({ by }) => by);
  return [...set, ...(rules === null ? [] : [idOf(rules.madeBy)])];
}

/** `<kind>/<id>` names an actor. */
const idOf = (actor: string): string => actor.slice(actor.indexOf("/") + 1);
