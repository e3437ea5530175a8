import { actingPeople, type PrismaClient } from "@tapline/adapters/prisma";
import {
  type AlertBoard,
  type AlertDesk,
  AlertHistory,
  type AlertRulesDesk,
  type BoardPage,
} from "@tapline/adapters/prisma/alerts";
import {
  type AlertRule,
  type AlertState,
  alertOfSite,
  alertStates,
  ruleOfSites,
  runbookSection,
  severities,
  transitionKinds,
} from "@tapline/core/alerts";
import type { ShownEntry } from "@tapline/core/audit";
import type { Clock } from "@tapline/core/kernel";
import type {
  ActingPerson,
  AlertCounts,
  AlertDetail,
  AlertFilter,
  AlertView,
  ShownTransition,
  SimilarAlerts,
} from "../../contracts/alerts.ts";
import type { Viewer } from "../auth/viewer.ts";
import { fromPostgres } from "../from-stores.ts";
import { namesOf } from "./names-of.ts";

/** The states of a view, in the order in which they are to be seen to. */
const statesOf: Record<Exclude<AlertView, "history">, readonly AlertState[]> = {
  open: ["active-unacknowledged", "returned-unacknowledged", "acknowledged"],
  ...{ shelved: ["shelved"], suppressed: ["suppressed"], "out-of-service": ["out-of-service"] },
};

/** So many alerts of before are shown beside one. */
const mostSimilar = 5;

/** Many browsers ask at once when something happens: they share one answer for so long, ms. */
const sharedMs = 200;

/** Whose alerts are asked for; `null`: of all sites and of none. */
type Sites = Viewer["sites"];

/** The parts of the stores that are read here. */
export interface AlertReader {
  desk: Pick<AlertDesk, "find" | "stepsOf">;
  rules: Pick<AlertRulesDesk, "active">;
}

/** What the console's pages show of alerts. */
export class AlertViews {
  readonly #board: AlertBoard;
  readonly #history: AlertHistory;
  readonly #store: AlertReader;
  readonly #prisma: PrismaClient;
  readonly #clock: Clock;
  #recent: { untilEpochMs: number; counts: Promise<AlertCounts> } | undefined;

  constructor(board: AlertBoard, store: AlertReader, prisma: PrismaClient, clock: Clock) {
    this.#board = board;
    this.#history = new AlertHistory(prisma);
    this.#store = store;
    this.#prisma = prisma;
    this.#clock = clock;
  }

  /** Groups are of all places: those who see some sites only find nothing by them. */
  async page(asked: AlertFilter, limit: number, after: string | null, sites: Sites): Promise<BoardPage> {
    const { view, severity = null, text = null, group = null, assignee = null } = asked;
    if (sites !== null && group !== null) return { alerts: [], next: null };
    const filter = { severity, text, group, assignee, sites };
    const { fromEpochMs = null, untilEpochMs = null } = asked;
    const page = await fromPostgres(
      view === "history"
        ? this.#history.page({ ...filter, fromEpochMs, untilEpochMs }, limit, after)
        : this.#board.page({ ...filter, states: statesOf[view] }, limit, after),
    );
    return sites === null ? page : { ...page, alerts: page.alerts.map(alertOfSite) };
  }

  /** To whom alerts are given; of an alert, those who see it. @throws TaplineError `not-found` for an alert that is not there */
  async people(sites: Sites, alert: string | undefined): Promise<ActingPerson[]> {
    if (alert === undefined) return await fromPostgres(actingPeople(this.#prisma, sites));
    const { site } = (await fromPostgres(this.#store.desk.find(alert, sites))).scope;
    return await fromPostgres(actingPeople(this.#prisma, site === undefined ? [] : [site]));
  }

  /** Of before this one. @throws TaplineError `not-found` */
  async similar(id: string, sites: Sites): Promise<SimilarAlerts> {
    const { ruleId, scopeKey } = await fromPostgres(this.#store.desk.find(id, sites));
    const { alerts } = await fromPostgres(this.#history.page({ ruleId, scopeKey }, mostSimilar, id));
    const similar = await fromPostgres(
      Promise.all(
        alerts.map(async (alert) => {
          const steps = (await this.#store.desk.stepsOf(alert.id)).flatMap(transitionOf);
          return {
            alert: sites === null ? alert : alertOfSite(alert),
            acts: steps.filter(({ actor }) => actor.kind === "operator"),
          };
        }),
      ),
    );
    return {
      similar,
      names: await this.#namesIn(
        similar.flatMap(({ acts }) => acts),
        [],
      ),
    };
  }

  /** Of the people who acted, and of those who are named otherwise. */
  async #namesIn(steps: readonly ShownTransition[], others: readonly (string | null | undefined)[]) {
    const actors = steps.flatMap(({ actor }) => (actor.kind === "operator" ? [actor.id] : []));
    const named = [...steps.map(({ assignee }) => assignee), ...others].filter((one) => one != null);
    return Object.fromEntries(await namesOf(this.#prisma, [...actors, ...named]));
  }

  /** Of the whole installation many browsers share an answer. */
  counts(sites: Sites): Promise<AlertCounts> {
    const nowEpochMs = this.#clock();
    if (sites !== null) return this.#count(nowEpochMs, sites);
    if (this.#recent !== undefined && nowEpochMs < this.#recent.untilEpochMs) return this.#recent.counts;
    const counts = this.#count(nowEpochMs, null);
    const recent = { untilEpochMs: nowEpochMs + sharedMs, counts };
    this.#recent = recent;
    counts.catch(() => {
      if (this.#recent === recent) this.#recent = undefined;
    });
    return counts;
  }

  async #count(atEpochMs: number, sites: Sites): Promise<AlertCounts> {
    const [counted, newest, groupSizes] = await fromPostgres(
      Promise.all([
        this.#board.counts(sites),
        this.#board.newestFirstOut(sites),
        sites === null ? this.#board.groupSizes() : {},
      ]),
    );
    const newestFirstOut = sites === null || newest === null ? newest : alertOfSite(newest);
    const sum = (isMeant: (one: (typeof counted)[number]) => boolean) =>
      counted.filter(isMeant).reduce((total, { count }) => total + count, 0);
    const held = (state: AlertState) => sum((one) => one.state === state);
    const openOf = (severity: string) => {
      const of = (state: AlertState) => sum((one) => one.severity === severity && one.state === state);
      return {
        activeUnacknowledged: of("active-unacknowledged"),
        returnedUnacknowledged: of("returned-unacknowledged"),
        acknowledged: of("acknowledged"),
      };
    };
    return {
      atEpochMs,
      open: Object.fromEntries(severities.map((each) => [each, openOf(each)])) as AlertCounts["open"],
      ...{ shelved: held("shelved"), suppressed: held("suppressed"), outOfService: held("out-of-service") },
      ...{ newestFirstOut, groupSizes },
    };
  }

  /** @throws TaplineError `not-found` */
  async detail(id: string, sites: Sites): Promise<AlertDetail> {
    const found = await fromPostgres(this.#store.desk.find(id, sites));
    const alert = sites === null ? found : alertOfSite(found);
    const [steps, rules, groupSize] = await fromPostgres(
      Promise.all([
        this.#store.desk.stepsOf(id),
        this.#rules(),
        alert.group === null ? 1 : this.#board.sizeOf(alert.group),
      ]),
    );
    const transitions = steps.toReversed().flatMap(transitionOf);
    const lastActor = alert.lastAct?.actor;
    const inForce = rules.find(({ id }) => id === alert.ruleId) ?? null;
    const rule = sites === null || inForce === null ? inForce : ruleOfSites(inForce);
    return {
      ...{ alert, groupSize, rule, runbookSection: rule === null ? null : runbookSection(rule.runbook) },
      transitions,
      names: await this.#namesIn(transitions, [
        alert.assignee,
        lastActor?.kind === "operator" ? lastActor.id : null,
      ]),
    };
  }

  async #rules(): Promise<readonly AlertRule[]> {
    return (await this.#store.rules.active())?.rules.rules ?? [];
  }
}

/** The step that an entry tells of; none for what this version does not know. */
function transitionOf(entry: ShownEntry): ShownTransition[] {
  if (entry.version === 1) return [];
  const { action, actor, atEpochMs, reason, before, after, facts } = entry;
  const kind = transitionKinds.find((known) => action === `alert.${known}`);
  const to = alertStates.find((state) => state === after?.state);
  if (kind === undefined || to === undefined) return [];
  const from = alertStates.find((state) => state === before?.state) ?? null;
  const assignee = typeof facts.assignee === "string" ? facts.assignee : null;
  return [{ kind, from, to, atEpochMs, actor, note: reason, assignee }];
}
