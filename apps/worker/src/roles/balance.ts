import type { SegmentQueues } from "@tapline/adapters/bullmq";
import type { LoadHistory } from "@tapline/adapters/prisma";
import type {
  ForecastLog,
  SegmentBuffer,
  ServicesReports,
  TelemetryStream,
  WishBoard,
} from "@tapline/adapters/redis";
import {
  Balancer,
  type ForecastStanding,
  forecastStepMs,
  type LoadEvidence,
  type ReplicaLimits,
  turnDue,
} from "@tapline/core/balance";
import type { SegmentStage } from "@tapline/core/buffer";
import type { Logger } from "pino";
import { HeldLease } from "./held-lease.ts";
import { type Role, repeat } from "./role.ts";
import { within } from "./within.ts";

export type BalanceParts = {
  readonly telemetryStream: Pick<TelemetryStream, "read" | "now">;
  readonly reports: Pick<ServicesReports, "latest">;
  readonly queues: Pick<SegmentQueues, "depths">;
  readonly buffer: Pick<SegmentBuffer, "backlog">;
  readonly board: WishBoard;
  readonly forecasts: Pick<ForecastLog, "add">;
  readonly history: Pick<LoadHistory, "steps">;
  readonly limits: ReplicaLimits;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
};

export type RunningBalance = Role & {
  /** How well load is foretold; null where another process tells wishes. */
  readonly forecast: () => ForecastStanding | null;
};

const everyMs = 1_000;
/** Telemetry of before is read for so long when a process begins, ms. */
const lookBackMs = 60_000;
/** As long as history by the minute is kept, ms. */
const historyMs = 28 * 24 * 3_600_000;
/** Minutes are written once they have ended, and a moment later. */
const minutesLateMs = 120_000;
const historyEveryMs = 60_000;
/** A store that takes longer is left out: the rest is told. */
const answerWithinMs = 800;
const historyWithinMs = 30_000;
/** Learnt from in one go; others of this process wait meanwhile. */
const stepsAtOnce = 288;

/**
 * Balance: tells once a second how many replicas each service needs. Any number may run; the one that holds the lease tells it, by
 * the clock of Redis, which stamps telemetry.
 */
export function startBalance(parts: BalanceParts): RunningBalance {
  const lease = new HeldLease(parts.board.lease);
  let teller: Teller | null = null;
  const loop = repeat(
    async () => {
      if (!(await lease.lead())) teller = null;
      else {
        teller ??= await Teller.begin(parts);
        await teller.tell();
      }
      return everyMs;
    },
    (error) => parts.log.error({ err: error }, "telling what services need failed"),
  );
  const learning = repeat(
    async () => {
      await teller?.learn();
      return teller === null ? everyMs : historyEveryMs;
    },
    (error) => parts.log.warn({ err: error }, "the history of load cannot be read: forecasts wait for it"),
    historyEveryMs,
  );
  return {
    forecast: () => teller?.forecast() ?? null,
    stop: async () => {
      await Promise.all([loop.stop(), learning.stop()]);
      await lease.resign();
    },
  };
}

/** One life of the process that tells. */
class Teller {
  readonly #parts: BalanceParts;
  readonly #balancer: Balancer;
  #cursor: string;
  #turnedAtEpochMs: number | null = null;

  private constructor(parts: BalanceParts, balancer: Balancer, cursor: string) {
    this.#parts = parts;
    this.#balancer = balancer;
    this.#cursor = cursor;
  }

  static async begin(parts: BalanceParts): Promise<Teller> {
    const [before, nowEpochMs] = await Promise.all([parts.board.latest(), parts.telemetryStream.now()]);
    return new Teller(parts, new Balancer(parts.limits, before), `${nowEpochMs - lookBackMs}-0`);
  }

  forecast(): ForecastStanding {
    return this.#balancer.forecast();
  }

  async tell(): Promise<void> {
    const { telemetryStream, board } = this.#parts;
    for (let hasMore = true; hasMore; ) {
      const page = await telemetryStream.read(this.#cursor);
      for (const { entry, atEpochMs, delta } of page.reported) {
        this.#cursor = entry;
        this.#balancer.hear(delta, atEpochMs);
      }
      ({ hasMore } = page);
    }
    const [evidence, nowEpochMs] = await Promise.all([this.#evidence(), telemetryStream.now()]);
    await board.publish(this.#balancer.wishes(evidence, nowEpochMs));
    await this.#keepTurn(evidence, nowEpochMs);
  }

  /** At the turn of a minute, once: what had been foretold can be held against what came. Wishes do not wait for it. */
  async #keepTurn(evidence: LoadEvidence, nowEpochMs: number): Promise<void> {
    const turned = turnDue(this.#turnedAtEpochMs, nowEpochMs);
    if (turned === null) return;
    this.#turnedAtEpochMs = turned;
    const turn = this.#balancer.turn(turned, evidence, nowEpochMs);
    await within(answerWithinMs, "the log of forecasts", this.#parts.forecasts.add(turn)).catch(
      (error: unknown) =>
        this.#parts.log.warn({ err: error }, "what was foretold is not kept for this minute"),
    );
  }

  /** Learns from what has ended since it did last; at first from all that is kept. */
  async learn(): Promise<void> {
    const { history, telemetryStream } = this.#parts;
    const { forecaster } = this.#balancer;
    const nowEpochMs = await telemetryStream.now();
    const until = Math.floor((nowEpochMs - minutesLateMs) / forecastStepMs) * forecastStepMs;
    const from = forecaster.untilEpochMs ?? Math.floor((until - historyMs) / forecastStepMs) * forecastStepMs;
    if (until <= from) return;
    const steps = await within(historyWithinMs, "history", history.steps(from, until, forecastStepMs));
    for (const [index, { startEpochMs, perSecond }] of steps.entries()) {
      if (index % stepsAtOnce === 0) await new Promise((resolve) => setImmediate(resolve));
      forecaster.add(startEpochMs, perSecond);
    }
  }

  /** What does not answer is unknown. */
  async #evidence(): Promise<LoadEvidence> {
    const { reports, queues, buffer } = this.#parts;
    const [services, stores] = await Promise.all([
      this.#ask("the table of services", reports.latest()),
      this.#ask("the queues", Promise.all([queues.depths(), buffer.backlog()])),
    ]);
    if (stores === null) return { services, stores };
    const [depths, { oldestAtEpochMs }] = stores;
    const waitingIn = (stage: SegmentStage): number =>
      depths.reduce(
        (sum, { stage: of, state, jobs }) => sum + (of === stage && state === "waiting" ? jobs : 0),
        0,
      );
    return {
      services,
      stores: {
        waiting: {
          validation: waitingIn("validation"),
          encryption: waitingIn("encryption"),
          transfer: waitingIn("transfer"),
        },
        oldestAtEpochMs,
      },
    };
  }

  async #ask<Answer>(what: string, answer: Promise<Answer>): Promise<Answer | null> {
    return await within(answerWithinMs, what, answer).catch((error: unknown) => {
      this.#parts.log.warn({ err: error }, "what services need is told without a reading");
      return null;
    });
  }
}
