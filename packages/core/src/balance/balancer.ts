import type { TelemetryDelta } from "../telemetry/index.ts";
import { Forecaster, type ForecastStanding } from "./forecast/forecaster.ts";
import { type ForecastTurn, foretoldServices } from "./forecast/record.ts";
import { LoadBoard, type LoadEvidence } from "./load-board.ts";
import { balancedServices, policyOf, type ReplicaLimits, standBy } from "./policies.ts";
import { newWishState, type WishState, wishOf } from "./wish.ts";
import type { ServiceWish, Wishes } from "./wishes.ts";

/** So long a replica takes at most until it serves, ms: load is foretold as far ahead. */
const readyWithinMs = 60_000;

/** All wishes of one process: what it heard, what it foretells, and what it wished before. Pure: the clock is handed in. */
export class Balancer {
  readonly board = new LoadBoard();
  readonly forecaster = new Forecaster();
  readonly #limits: ReplicaLimits;
  readonly #states = new Map<string, WishState>();

  /** @param before what was wished last, by whoever did: a change of processes takes no replica away */
  constructor(limits: ReplicaLimits, before: Wishes | null) {
    this.#limits = limits;
    for (const { service, wish } of before?.services ?? [])
      this.#states.set(service, { ...newWishState, wish });
  }

  hear(delta: TelemetryDelta, atEpochMs: number): void {
    this.board.hear(delta, atEpochMs);
  }

  forecast(): ForecastStanding {
    return this.forecaster.standing();
  }

  wishes(evidence: LoadEvidence, nowEpochMs: number): Wishes {
    const services = balancedServices.map((service) => this.#wish(service, evidence, nowEpochMs));
    return { atEpochMs: nowEpochMs, services };
  }

  /**
   * What is to be kept at the turn of a minute: what came in the one that has ended, and what is foretold of the one that begins once a
   * replica that is started now serves.
   */
  turn(atEpochMs: number, evidence: LoadEvidence, nowEpochMs: number): ForecastTurn {
    const dueEpochMs = atEpochMs + readyWithinMs;
    const load = this.forecaster.foretold(dueEpochMs);
    const services = foretoldServices.map((service) => {
      const came = this.board.cameLastMinute(service, evidence, nowEpochMs);
      const tapsPerUnit = this.board.tapsPerUnit(service);
      const foretold =
        load === null || tapsPerUnit === null
          ? null
          : {
              perSecond: brief(load.perSecond / tapsPerUnit),
              upToPerSecond: brief(load.upToPerSecond / tapsPerUnit),
            };
      return [service, { came: came === null ? null : brief(came), foretold }] as const;
    });
    const { isTrusted } = this.forecast();
    const aheadMs = Math.max(0, dueEpochMs - nowEpochMs);
    return { atEpochMs, dueEpochMs, aheadMs, isTrusted, services: Object.fromEntries(services) };
  }

  #wish(service: string, evidence: LoadEvidence, nowEpochMs: number): ServiceWish {
    const policy = policyOf(service, this.#limits);
    const readings = this.board.read(service, evidence, nowEpochMs);
    if (policy === null) {
      const wish = standBy(service, this.#limits.bounds.get(service));
      const why = [wish > 1 ? `one does the work, ${wish - 1} stand by` : "one does the work"];
      return {
        ...{ service, atEpochMs: nowEpochMs, readings, wish, reactive: wish, forecast: null, why },
        mayLower: readings.replicas !== null,
      };
    }
    const tapsPerUnit = this.board.tapsPerUnit(service);
    const load = tapsPerUnit === null ? null : this.forecaster.expect(nowEpochMs, readyWithinMs);
    const expected =
      load === null || tapsPerUnit === null ? null : { ...load, perSecond: load.perSecond / tapsPerUnit };
    const told = wishOf(
      { service, policy, readings, expected, nowEpochMs },
      this.#states.get(service) ?? newWishState,
    );
    this.#states.set(service, told.state);
    return told.wish;
  }
}

/** Four digits that count: a day of them is kept. */
function brief(value: number): number {
  return Number(value.toPrecision(4));
}
