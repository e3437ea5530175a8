import type { WishBoard } from "@tapline/adapters/redis";
import {
  balancedServices,
  type GetMetricSpecResponse,
  type GetMetricsResponse,
  type Wishes,
} from "@tapline/core/balance";
import { TaplineError } from "@tapline/core/kernel";

/** What a trigger says of itself. */
export type ScaledObject = { readonly scalerMetadata: Readonly<Record<string, string>> };

/** Wishes come once a second; asked for together, they are read once in so long, ms. */
const holdMs = 250;

/** What an autoscaler is told: the wish itself, against a target of one for each replica, so that it comes to as many as are wished. */
export class ScalerAnswers {
  readonly #board: Pick<WishBoard, "latest">;
  readonly #clock: () => number;
  #read: { readonly atMs: number; readonly wishes: Promise<Wishes | null> } | null = null;

  /** @param clock ms, of one that does not go back */
  constructor(board: Pick<WishBoard, "latest">, clock: () => number) {
    this.#board = board;
    this.#clock = clock;
  }

  /** What an autoscaler compares. @throws TaplineError `invalid-input` where the trigger names no service of ours */
  spec(of: ScaledObject): GetMetricSpecResponse {
    return {
      metricSpecs: [{ metricName: metricNameOf(serviceOf(of)), targetSize: 1, targetSizeFloat: 1 }],
    };
  }

  /**
   * What it is now.
   * @throws TaplineError `unavailable` where nobody tells wishes: an autoscaler that gets no answer changes nothing; `invalid-input`
   * where the trigger names no service of ours
   */
  async metrics(of: ScaledObject): Promise<GetMetricsResponse> {
    const service = serviceOf(of);
    const wish = (await this.#wishes())?.services.find((one) => one.service === service)?.wish;
    if (wish === undefined)
      throw new TaplineError("unavailable", `nobody tells how many replicas of ${service} are needed`, {
        remedy: "start a worker with the role balance, and one with the role telemetry",
      });
    return {
      metricValues: [{ metricName: metricNameOf(service), metricValue: wish, metricValueFloat: wish }],
    };
  }

  /** Whether a service is to have replicas: always. None of ours starts by what arrives while nobody is there to take it. */
  isActive(of: ScaledObject): boolean {
    return serviceOf(of) !== "";
  }

  async #wishes(): Promise<Wishes | null> {
    const nowMs = this.#clock();
    if (this.#read === null || nowMs - this.#read.atMs >= holdMs) {
      const read = { atMs: nowMs, wishes: this.#board.latest() };
      this.#read = read;
      // What failed is asked for anew.
      read.wishes.catch(() => {
        if (this.#read === read) this.#read = null;
      });
    }
    return await this.#read.wishes;
  }
}

function metricNameOf(service: string): string {
  return `tapline-wish-${service}`;
}

function serviceOf({ scalerMetadata: { service } }: ScaledObject): string {
  if (service !== undefined && balancedServices.includes(service)) return service;
  throw new TaplineError(
    "invalid-input",
    service === undefined ? "the trigger's metadata name no service" : `there is no service ${service}`,
    { facts: { field: "service" }, remedy: `name one of ${balancedServices.join(", ")}` },
  );
}
