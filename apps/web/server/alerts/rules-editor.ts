import type { Act, PrismaClient } from "@tapline/adapters/prisma";
import type {
  AlertChannelsDesk,
  AlertRulesDesk,
  AlertRulesListing,
  ReleasedAlertRules,
} from "@tapline/adapters/prisma/alerts";
import type { AlertStreams } from "@tapline/adapters/redis/live";
import {
  type AlertRule,
  type AlertRules,
  assertRouted,
  parseAlertRules,
  readAlertRules,
  ruleChanges,
} from "@tapline/core/alerts";
import { TaplineError } from "@tapline/core/kernel";
import { kpiCatalog } from "@tapline/core/kpi";
import { assertSeen } from "@tapline/core/rollout";
import type { RuleRelease, RulesBoard, RulesPlan } from "../../contracts/alert-rules.ts";
import { fromPostgres, fromRedis } from "../from-stores.ts";
import { namesOf } from "./names-of.ts";

const mostBefore = 20;

/** The parts of the stores that are used here. */
export interface RulesStores {
  rules: Pick<AlertRulesDesk, "active" | "list" | "release">;
  channels: Pick<AlertChannelsDesk, "active">;
  streams: Pick<AlertStreams, "newest" | "publishRules">;
}

/** Shows the rules in force, and puts others in force, rule by rule. */
export class RulesEditor {
  readonly #stores: RulesStores;
  readonly #prisma: PrismaClient;

  constructor(stores: RulesStores, prisma: PrismaClient) {
    this.#stores = stores;
    this.#prisma = prisma;
  }

  async board(): Promise<RulesBoard> {
    const { rules } = this.#stores;
    const [active, all] = await fromPostgres(Promise.all([rules.active(), rules.list()]));
    const shown = all.toReversed().slice(0, mostBefore + 1);
    const people = shown.flatMap(({ madeBy }) => (madeBy.startsWith("operator/") ? [idIn(madeBy)] : []));
    const names = await namesOf(this.#prisma, people);
    const releaseOf = ({ version, madeAtEpochMs, madeBy, reason }: AlertRulesListing): RuleRelease => ({
      ...{ version, madeAtEpochMs, reason, madeBy: names.get(idIn(madeBy)) ?? idIn(madeBy) },
    });
    return {
      release: active === null ? null : releaseOf(active),
      rules: active?.rules.rules.map((rule) => ({ rule, unit: kpiCatalog[rule.kpi].unit })) ?? [],
      before: shown.filter(({ version }) => version !== active?.version).map(releaseOf),
    };
  }

  /** What putting `rule` in the place of the one with its id would change, and what is wrong with it. @param rule as somebody has written it */
  async plan(id: string, rule: unknown): Promise<RulesPlan> {
    const active = await this.#active();
    const { rules, faults } = readAlertRules(withRule(active.rules, id, rule));
    if (rules === null) return { faults: [...faults], changes: [] };
    return { faults: [], changes: ruleChanges(active.rules.rules, rules.rules) };
  }

  /**
   * Puts the rules in force with `rule` in the place of the one with its id.
   * @param seenVersion the release that whoever asks had before their eyes
   * @throws TaplineError `conflict` with who released what since; `invalid-input` naming what is wrong
   */
  async apply(id: string, rule: unknown, seenVersion: number, act: Act): Promise<number> {
    const active = await this.#active();
    assertSeen("alert-rules", active, seenVersion);
    return await this.#release(parseAlertRules(withRule(active.rules, id, rule)), act, active.version);
  }

  async #release(rules: AlertRules, act: Act, seenVersion: number): Promise<number> {
    const { channels, streams, rules: desk } = this.#stores;
    assertRouted(rules, (await fromPostgres(channels.active())).channels);
    // Where nobody can be told, nothing is changed.
    await fromRedis(streams.newest());
    const { version } = await fromPostgres(desk.release(rules, act, seenVersion));
    // It is in force: who watches looks for itself where it does not hear of it.
    await streams.publishRules(version).catch(() => undefined);
    return version;
  }

  async #active(): Promise<ReleasedAlertRules> {
    const active = await fromPostgres(this.#stores.rules.active());
    if (active !== null) return active;
    throw new TaplineError("not-found", "no alert rules were ever released", {
      remedy: "start the role alerts, which releases the shipped ones",
    });
  }
}

const idIn = (madeBy: string): string => madeBy.slice(madeBy.indexOf("/") + 1);

/** The next version of the document, with one rule as somebody has written it. */
function withRule({ rules, version, ...document }: AlertRules, id: string, rule: unknown): unknown {
  const changed: (AlertRule | unknown)[] = rules.map((one) => (one.id === id ? rule : one));
  if (rules.every((one) => one.id !== id))
    throw new TaplineError("not-found", `there is no rule ${id} in force`, {
      remedy: "look at the rules as they are now",
    });
  return { ...document, version: version + 1, rules: changed };
}
