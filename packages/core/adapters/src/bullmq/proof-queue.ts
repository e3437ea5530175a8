import { setTimeout as sleep } from "node:timers/promises";
import { errorCodes, sha256Hex, TaplineError } from "@tapline/core/kernel";
import { Queue, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { proofKey } from "../redis/index.ts";
import { stopWorker } from "./stop-worker.ts";
import { type ErrorTellers, tellErrors } from "./tell-errors.ts";

const wishSchema = z.strictObject({
  tracker: z.string().min(1).max(256),
  epoch: z.int().min(0),
  seq: z.int().min(0),
});

/** Which tap is to be proven, by its tracker's numbering. */
export type ProofWish = z.infer<typeof wishSchema>;

const answerSchema = z.discriminatedUnion("is", [
  /** `proof`: JSON, as `formatTapProof` writes it. */
  z.strictObject({ is: z.literal("made"), proof: z.string().max(262_144) }),
  z.strictObject({
    is: z.literal("failed"),
    ...{ code: z.enum(errorCodes), message: z.string().max(1_000), remedy: z.string().max(1_000).nullable() },
  }),
]);

export type ProofAnswer = z.infer<typeof answerSchema>;

const name = "proof";
/** Who asks again within this time gets the same answer, ms. */
const keptMs = 15_000;
/** A proof takes two reads of an archive: whoever waits longer waits for a worker that is not there, ms. */
const mostWaitMs = 20_000;
const lookEveryMs = 100;
const mostWaiting = 50;
const lockDurationMs = 30_000;
const eventsKept = 100;

/**
 * Asks workers for proofs of taps, whose manifests and signatures lie in archives that the asking process has no way to. One job per tap,
 * however many ask; an answer is kept for 15 s and then forgotten.
 */
export class ProofQueue {
  readonly #connection: Redis;
  readonly #prefix: string;
  #queue: Queue<ProofWish> | null = null;
  #worker: Worker<ProofWish> | null = null;
  #working: Redis | null = null;
  /** Who waits for an answer in this process. */
  #asking = 0;

  constructor(connection: Redis, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  /**
   * The proof of a tap, as JSON.
   * @throws TaplineError what the worker failed by; `overloaded` where too many are asked for, `unavailable` where no worker answers
   */
  async ask(wish: ProofWish, waitMs = mostWaitMs): Promise<string> {
    const id = idOf(wish);
    const kept = await this.#answer(id);
    if (kept !== null) return kept;
    if (this.#asking >= mostWaiting) throw tooMany();
    this.#asking += 1;
    try {
      return await this.#made(id, wish, waitMs);
    } finally {
      this.#asking -= 1;
    }
  }

  async #made(id: string, wish: ProofWish, waitMs: number): Promise<string> {
    const queue = this.#opened();
    if ((await queue.getWaitingCount()) >= mostWaiting) throw tooMany();
    await queue.add(name, wish, { jobId: id, removeOnComplete: true, removeOnFail: true });
    for (const end = Date.now() + waitMs; Date.now() < end; ) {
      const answer = await this.#answer(id);
      if (answer !== null) return answer;
      await sleep(lookEveryMs);
    }
    throw new TaplineError("unavailable", "no worker has made the proof in time", {
      remedy: "see that a worker with the role transfer runs, and that an archive answers it",
    });
  }

  /** Answers each wish that comes, until `close`. */
  work(
    handle: (wish: ProofWish) => Promise<ProofAnswer>,
    options: ErrorTellers & { readonly concurrency: number },
  ): void {
    const connection = this.#connection.duplicate();
    connection.on("error", () => undefined);
    this.#working = connection;
    this.#worker = new Worker<ProofWish>(
      name,
      async ({ data }) => {
        // Whoever can write to Redis can ask for anything.
        const wish = wishSchema.parse(data);
        const answer = JSON.stringify(await handle(wish));
        await this.#connection.set(proofKey(idOf(wish)), answer, "PX", keptMs);
      },
      {
        ...{ connection, prefix: this.#prefix, concurrency: options.concurrency },
        lockDuration: lockDurationMs,
      },
    );
    this.#worker.on("failed", (_, error) => options.onError(error));
    tellErrors(this.#worker, options);
  }

  /** Lets what is being made end, at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (this.#worker !== null) await Promise.allSettled([stopWorker(this.#worker, graceMs)]);
    if (this.#queue !== null) await Promise.allSettled([this.#queue.close()]);
    this.#working?.disconnect();
  }

  #opened(): Queue<ProofWish> {
    if (this.#queue !== null) return this.#queue;
    this.#queue = new Queue<ProofWish>(name, {
      ...{ connection: this.#connection, prefix: this.#prefix, streams: { events: { maxLen: eventsKept } } },
    });
    // The connection's owner is told of its errors.
    this.#queue.on("error", () => undefined);
    return this.#queue;
  }

  /** null where there is none yet. @throws TaplineError what the worker failed by */
  async #answer(id: string): Promise<string | null> {
    const text = await this.#connection.get(proofKey(id));
    if (text === null) return null;
    const answer = answerSchema.parse(JSON.parse(text));
    if (answer.is === "made") return answer.proof;
    const { code, message, remedy } = answer;
    throw new TaplineError(code, message, remedy === null ? {} : { remedy });
  }
}

const tooMany = () =>
  new TaplineError("overloaded", "too many proofs are asked for at once", {
    remedy: "ask again in a minute; where it goes on, see that a worker with the role transfer runs",
  });

const idOf = ({ tracker, epoch, seq }: ProofWish): string =>
  sha256Hex(Buffer.from(`${epoch} ${seq} ${tracker}`));
