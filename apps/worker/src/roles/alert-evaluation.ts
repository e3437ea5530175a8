import type { ReleasedAlertRules } from "@tapline/adapters/prisma/alerts";
import type { ReportedDelta } from "@tapline/adapters/redis";
import {
  type Alert,
  type AlertEvent,
  type AlertRule,
  type AlertSignal,
  type Evaluated,
  eventOf,
  FloodControl,
  RuleEngine,
} from "@tapline/core/alerts";
import { type AgentReading, KpiBoard, type KpiReadings, type PastAvailability } from "@tapline/core/kpi";
import type { Logger } from "pino";

/** Rules × scopes, at some 300 bytes each. */
const maxWatches = 1_000_000;

/** From telemetry to what is told of alerts: figures, the rules on them, and the order among what they say. */
export class AlertEvaluation {
  readonly #engine: RuleEngine;
  readonly #flood: FloodControl;
  readonly #board: KpiBoard;
  #rules: ReadonlyMap<string, AlertRule>;
  #release: string;

  /** @param sinceEpochMs of the first telemetry that it will be given */
  constructor(released: ReleasedAlertRules, sinceEpochMs: number, log: Logger) {
    const { rules } = released.rules;
    const onRefused = (refused: object) => log.error(refused, "too many scopes: no alert tells of this one");
    this.#engine = new RuleEngine(rules, { maxWatches, onRefused }, sinceEpochMs);
    this.#flood = new FloodControl(rules);
    this.#board = new KpiBoard(sinceEpochMs);
    this.#rules = byId(rules);
    this.#release = released.sha256;
  }

  /** Takes over what was before the telemetry that it will be given, and where agents stand. */
  prepare(past: readonly PastAvailability[], fleet: readonly AgentReading[]): void {
    this.#board.restoreAvailability(past);
    this.#board.placeAgents(fleet);
  }

  /** Takes what stores said at that time; `pass` tells what comes of it. */
  read(readings: KpiReadings, atEpochMs: number): void {
    this.#board.read(readings, atEpochMs);
  }

  /** The clock was set ahead by so much (negative: back): all goes on, but for what stores said by the old one. */
  clockWasSet(byMs: number): void {
    this.#board.clockWasSet(byMs);
    this.#engine.clockWasSet(byMs);
  }

  /** When `pass` has something to say although nothing came. */
  get dueEpochMs(): number {
    const dues = [this.#engine.dueEpochMs, this.#flood.dueEpochMs, this.#board.dueEpochMs];
    return Math.min(...dues.map((due) => due ?? Number.POSITIVE_INFINITY));
  }

  /** What a delta says, and time until then. */
  take({ delta, atEpochMs }: ReportedDelta, nowEpochMs: number): Evaluated[] {
    const before = this.pass(nowEpochMs);
    this.#board.add(delta, atEpochMs);
    return [...before, ...this.#look(nowEpochMs)];
  }

  /** What time alone has brought by now, each at its moment. */
  pass(nowEpochMs: number): Evaluated[] {
    const evaluated: Evaluated[] = [];
    for (let due = this.#engine.dueEpochMs; due !== null && due < nowEpochMs; due = this.#engine.dueEpochMs)
      evaluated.push(...this.#engine.tick(due));
    return [...evaluated, ...this.#look(nowEpochMs), ...this.#engine.tick(nowEpochMs)];
  }

  /** What is told of alerts by it: grouped, consequences suppressed. */
  order(evaluated: readonly Evaluated[]): AlertSignal[] {
    return this.#flood.take(evaluated);
  }

  /** Who is a consequence of nothing any more. */
  letGo(nowEpochMs: number): AlertSignal[] {
    return this.#flood.tick(nowEpochMs);
  }

  /** What stands as active is watched until it is known to be over. @returns also a clear of each that nobody watches any more */
  adopt(open: readonly Alert[], nowEpochMs: number): AlertSignal[] {
    const active = open.filter((alert) => alert.active);
    const standing = active.map((alert) => ({ ...alert, group: alert.group ?? alert.id }));
    const told = this.#flood.adopt(standing, nowEpochMs);
    return [...told, ...this.order(this.#engine.adopt(active, nowEpochMs))];
  }

  /** Has the next `pass` tell how it stands with what is open: that it is over may have been said before somebody asked. */
  ask(open: readonly Alert[]): void {
    const active = open.filter((alert) => alert.active);
    this.#board.tellAll(
      active.flatMap(({ ruleId, scope }) => {
        const kpi = this.#rules.get(ruleId)?.kpi;
        return kpi === undefined ? [] : [{ kpi, scope }];
      }),
    );
  }

  /** Goes on by other rules; what stands already is told to them by the next `pass`. */
  change(released: ReleasedAlertRules, nowEpochMs: number): AlertSignal[] {
    const { rules } = released.rules;
    const gone = this.order(this.#engine.change(rules, nowEpochMs));
    this.#rules = byId(rules);
    this.#release = released.sha256;
    this.#board.tellAll();
    return [...gone, ...this.#flood.change(rules, nowEpochMs)];
  }

  /** What a signal means for the life of its alert. */
  eventOf(signal: AlertSignal): AlertEvent | null {
    return eventOf(signal, this.#rules.get(signal.ruleId), this.#release);
  }

  #look(nowEpochMs: number): Evaluated[] {
    return this.#board.advance(nowEpochMs).flatMap((sample) => this.#engine.take(sample, nowEpochMs));
  }
}

function byId(rules: readonly AlertRule[]): ReadonlyMap<string, AlertRule> {
  return new Map(rules.map((rule) => [rule.id, rule]));
}
