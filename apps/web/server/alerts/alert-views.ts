import type { AlertBoard, AlertDesk, AlertRulesDesk, PrismaClient } from "@tapline/adapters/prisma";
import {
  type AlertRule,
  type AlertState,
  type AlertTransition,
  alertStates,
  runbookSection,
  severities,
  transitionKinds,
} from "@tapline/core/alerts";
import type { ShownEntry } from "@tapline/core/audit";
import type { Clock } from "@tapline/core/kernel";
import type { AlertCounts, AlertDetail, AlertFilter, AlertView } from "../../contracts/alerts.ts";
import { fromPostgres } from "../from-stores.ts";
import { namesOf } from "./names-of.ts";

/** The states of a view, in the order in which they are to be seen to. */
const statesOf: Record<AlertView, readonly AlertState[]> = {
  open: ["active-unacknowledged", "returned-unacknowledged", "acknowledged"],
  ...{ shelved: ["shelved"], suppressed: ["suppressed"], "out-of-service": ["out-of-service"] },
};

/** Many browsers ask at once when something happens: they share one answer for so long, ms. */
const sharedMs = 200;

/** The parts of the stores that are read here. */
export interface AlertReader {
  desk: Pick<AlertDesk, "find" | "stepsOf">;
  rules: Pick<AlertRulesDesk, "active">;
}

/** What the console's pages show of alerts. */
export class AlertViews {
  readonly #board: AlertBoard;
  readonly #store: AlertReader;
  readonly #prisma: PrismaClient;
  readonly #clock: Clock;
  #recent: { untilEpochMs: number; counts: Promise<AlertCounts> } | undefined;

  constructor(board: AlertBoard, store: AlertReader, prisma: PrismaClient, clock: Clock) {
    this.#board = board;
    this.#store = store;
    this.#prisma = prisma;
    this.#clock = clock;
  }

  page({ view, severity, text, group }: AlertFilter, limit: number, after: string | null) {
    const filter = {
      ...{ states: statesOf[view], severity: severity ?? null },
      ...{ text: text ?? null, group: group ?? null },
    };
    return fromPostgres(this.#board.page(filter, limit, after));
  }

  counts(): Promise<AlertCounts> {
    const nowEpochMs = this.#clock();
    if (this.#recent !== undefined && nowEpochMs < this.#recent.untilEpochMs) return this.#recent.counts;
    const counts = this.#count(nowEpochMs);
    const recent = { untilEpochMs: nowEpochMs + sharedMs, counts };
    this.#recent = recent;
    counts.catch(() => {
      if (this.#recent === recent) this.#recent = undefined;
    });
    return counts;
  }

  async #count(atEpochMs: number): Promise<AlertCounts> {
    const [counted, newestFirstOut, groupSizes] = await fromPostgres(
      Promise.all([this.#board.counts(), this.#board.newestFirstOut(), this.#board.groupSizes()]),
    );
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
  async detail(id: string): Promise<AlertDetail> {
    const alert = await fromPostgres(this.#store.desk.find(id));
    const [steps, rules, groupSize] = await fromPostgres(
      Promise.all([
        this.#store.desk.stepsOf(id),
        this.#rules(),
        alert.group === null ? 1 : this.#board.sizeOf(alert.group),
      ]),
    );
    const actors = [
      ...steps.map(({ actor }) => actor),
      ...(alert.lastAct === null ? [] : [alert.lastAct.actor]),
    ];
    const people = actors.flatMap((actor) => (actor.kind === "operator" ? [actor.id] : []));
    const rule = rules.find(({ id }) => id === alert.ruleId) ?? null;
    return {
      ...{ alert, groupSize, rule, runbookSection: rule === null ? null : runbookSection(rule.runbook) },
      transitions: steps.toReversed().flatMap(transitionOf),
      names: Object.fromEntries(await namesOf(this.#prisma, people)),
    };
  }

  async #rules(): Promise<readonly AlertRule[]> {
    return (await this.#store.rules.active())?.rules.rules ?? [];
  }
}

/** The step that an entry tells of; none for what this version does not know. */
function transitionOf(entry: ShownEntry): AlertTransition[] {
  if (entry.version === 1) return [];
  const { action, actor, atEpochMs, reason, before, after } = entry;
  const kind = transitionKinds.find((known) => action === `alert.${known}`);
  const to = alertStates.find((state) => state === after?.state);
  if (kind === undefined || to === undefined) return [];
  const from = alertStates.find((state) => state === before?.state) ?? null;
  return [{ kind, from, to, atEpochMs, actor, note: reason }];
}
