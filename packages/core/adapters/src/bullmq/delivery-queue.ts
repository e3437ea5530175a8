import type { DeliveryLane } from "@tapline/core/alerts";
import { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { stopWorker } from "./stop-worker.ts";
import { type ErrorTellers, tellErrors } from "./tell-errors.ts";

type DeliveryJob = { readonly delivery: string };

/** Queues of deliveries, by where these go: each has workers of its own, and waits for none of the other. */
const names: Readonly<Record<DeliveryLane, string>> = { direct: "alert-delivery", browsers: "alert-push" };

/** An attempt that does not renew its lock for so long is another process's, ms. */
const lockDurationMs = 30_000;

const eventsKept = 100;

/**
 * Hands deliveries of alerts out among processes: a job per delivery, by its id. When one is tried again stands in PostgreSQL: what is lost
 * here is asked for anew.
 */
export class DeliveryQueue {
  readonly #connection: Redis;
  readonly #prefix: string;
  readonly #name: string;
  readonly #queue: Queue<DeliveryJob>;
  #worker: Worker<DeliveryJob> | null = null;
  #working: Redis | null = null;

  constructor(connection: Redis, prefix: string, lane: DeliveryLane = "direct") {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#name = names[lane];
    this.#queue = new Queue<DeliveryJob>(this.#name, {
      connection,
      prefix,
      streams: { events: { maxLen: eventsKept } },
    });
    // The connection's owner is told of its errors.
    this.#queue.on("error", () => undefined);
  }

  /** Asks for deliveries; those that are asked for already are not asked for twice. */
  async add(deliveries: readonly string[]): Promise<void> {
    if (deliveries.length === 0) return;
    await this.#queue.addBulk(
      deliveries.map((delivery) => ({
        ...{ name: this.#name, data: { delivery } },
        opts: { jobId: delivery, removeOnComplete: true, removeOnFail: true },
      })),
    );
  }

  /** Handles each delivery that comes, until `close`. What `handle` throws is told, and the delivery asked for anew in time. */
  work(
    handle: (delivery: string) => Promise<void>,
    options: ErrorTellers & { readonly concurrency: number },
  ): void {
    const connection = this.#connection.duplicate();
    connection.on("error", () => undefined);
    this.#working = connection;
    this.#worker = new Worker<DeliveryJob>(this.#name, async (job) => await handle(job.data.delivery), {
      ...{ connection, prefix: this.#prefix, concurrency: options.concurrency, lockDuration: lockDurationMs },
    });
    this.#worker.on("failed", (_, error) => options.onError(error));
    tellErrors(this.#worker, options);
  }

  /** Lets running attempts end, at most `graceMs`; what is cut off is done again. */
  async close(graceMs: number): Promise<void> {
    if (this.#worker !== null) await Promise.allSettled([stopWorker(this.#worker, graceMs)]);
    await Promise.allSettled([this.#queue.close()]);
    this.#working?.disconnect();
  }
}
