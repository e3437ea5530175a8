import { type SegmentStage, segmentStages } from "@tapline/core/buffer";
import { type Job, Queue, type Telemetry, Worker } from "bullmq";
import { BullMQOtel } from "bullmq-otel";
import type { Redis } from "ioredis";
import { stopWorker } from "./stop-worker.ts";
import { type ErrorTellers, tellErrors } from "./tell-errors.ts";

/** What a job carries: the segment's id, never its bytes. */
type SegmentJob = { readonly segment: string };

export type StageOptions = Pick<ErrorTellers, "onTakenOver"> & {
  /** Segments that one process works on at once. */
  readonly concurrency: number;
  /** Told of every failed attempt; the job is tried again for ever. */
  readonly onFailedAttempt: (segment: string, attempt: number, error: Error) => void;
};

/** States of a job that is not done. */
const jobStates = ["waiting", "active", "delayed"] as const;

export type QueueDepth = {
  readonly stage: SegmentStage;
  readonly state: (typeof jobStates)[number];
  readonly jobs: number;
};

/** How the job of a segment stands. */
export type JobStanding = {
  /** "waiting", "active", "delayed"; null where there is no job, as when the stage has just ended. */
  readonly state: (typeof jobStates)[number] | null;
  readonly attempts: number;
  /** Why the last attempt failed; "" where none did. */
  readonly fault: string;
};

const longestPauseMs = 15_000;

/** Pauses between attempts grow from 200 ms to 15 s and never end: a segment is not given up. */
export function retryDelayMs(attempt: number): number {
  return Math.min(200 * 2 ** Math.min(attempt - 1, 10), longestPauseMs);
}

/**
 * How long an attempt may go without renewing its lock before another process takes the job over. Every
 * stage is idempotent, so a double run costs work and nothing else.
 */
const lockDurationMs = 5_000;

/** How often every process looks for attempts whose lock has run out. */
const stalledIntervalMs = 2_500;

/** BullMQ tells of each job in a stream that nobody here reads; it cannot be told not to. */
const eventsKept = 100;

/** The queues of the segment path: one per stage, one job per segment and stage. */
export class SegmentQueues {
  readonly #connection: Redis;
  readonly #prefix: string;
  readonly #telemetry: { readonly telemetry?: Telemetry };
  readonly #queues: ReadonlyMap<SegmentStage, Queue<SegmentJob>>;
  readonly #workers: Worker<SegmentJob>[] = [];
  readonly #connections: Redis[] = [];

  /**
   * @param prefix of BullMQ's own keys
   * @param traced whether a job carries the trace that it was asked for in, among BullMQ's own facts of it
   */
  constructor(connection: Redis, prefix: string, traced = false) {
    this.#telemetry = traced ? { telemetry: new BullMQOtel({ tracerName: "bullmq" }) } : {};
    this.#connection = connection;
    this.#prefix = prefix;
    this.#queues = new Map(
      segmentStages.map((stage) => {
        const streams = { events: { maxLen: eventsKept } };
        return [stage, new Queue<SegmentJob>(stage, { connection, prefix, streams, ...this.#telemetry })];
      }),
    );
    // The connection's owner is told of its errors; without a listener BullMQ would print each of them.
    for (const queue of this.#queues.values()) queue.on("error", () => undefined);
  }

  /** Asks for `stage` to be done with `segment`; where that is asked already, nothing changes. */
  async add(stage: SegmentStage, segment: string): Promise<void> {
    await this.#queues.get(stage)?.add(
      stage,
      { segment },
      {
        jobId: segment,
        attempts: Number.MAX_SAFE_INTEGER,
        backoff: { type: "custom" },
        removeOnComplete: true,
        removeOnFail: true,
      },
    );
  }

  /**
   * Asks for work that is overdue. A job whose last attempt was made by a clock that was ahead waits for a time that is far
   * away: it is taken up at once.
   */
  async askAgain(stage: SegmentStage, segment: string): Promise<void> {
    await this.add(stage, segment);
    const job = await this.#queues.get(stage)?.getJob(segment);
    if (job?.processedOn === undefined || job.processedOn <= Date.now() + longestPauseMs) return;
    await promote(job);
  }

  /** Has a segment's job tried at once, also where it waits for its next attempt. */
  async hurry(stage: SegmentStage, segment: string): Promise<void> {
    await this.add(stage, segment);
    const job = await this.#queues.get(stage)?.getJob(segment);
    if (job !== undefined) await promote(job);
  }

  /** How the job of a segment in `stage` stands. */
  async standing(stage: SegmentStage, segment: string): Promise<JobStanding> {
    const job = await this.#queues.get(stage)?.getJob(segment);
    if (job === undefined) return { state: null, attempts: 0, fault: "" };
    const told = await job.getState();
    const state = jobStates.find((known) => known === told) ?? null;
    return { state, attempts: job.attemptsMade, fault: job.failedReason ?? "" };
  }

  /** How many jobs of each stage are in each state. */
  async depths(): Promise<QueueDepth[]> {
    const depths = [...this.#queues].map(async ([stage, queue]) => {
      const counts = await queue.getJobCounts(...jobStates);
      return jobStates.map((state) => ({ stage, state, jobs: counts[state] ?? 0 }));
    });
    return (await Promise.all(depths)).flat();
  }

  /** Does `stage` for every segment that comes, until `close`. */
  work(stage: SegmentStage, handle: (segment: string) => Promise<void>, options: StageOptions): void {
    const connection = this.#connection.duplicate();
    connection.on("error", () => undefined);
    this.#connections.push(connection);
    const worker = new Worker<SegmentJob>(stage, async (job) => await handle(job.data.segment), {
      connection,
      prefix: this.#prefix,
      ...this.#telemetry,
      concurrency: options.concurrency,
      lockDuration: lockDurationMs,
      stalledInterval: stalledIntervalMs,
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      settings: { backoffStrategy: retryDelayMs },
    });
    worker.on("failed", (job: Job<SegmentJob> | undefined, error) => {
      if (job !== undefined) options.onFailedAttempt(job.data.segment, job.attemptsMade, error);
    });
    tellErrors(worker, {
      onError: (error) => options.onFailedAttempt("", 0, error),
      onTakenOver: options.onTakenOver,
    });
    this.#workers.push(worker);
  }

  /** Lets running attempts end, at most `graceMs`; what is cut off is done again by another process. */
  async close(graceMs: number): Promise<void> {
    await Promise.allSettled(this.#workers.map((worker) => stopWorker(worker, graceMs)));
    await Promise.allSettled([...this.#queues.values()].map((queue) => queue.close()));
    // BullMQ leaves connections that it was handed to whoever made them.
    for (const connection of this.#connections) connection.disconnect();
  }
}

/** Takes a job up at once that waits for a time. */
async function promote(job: Job<SegmentJob>): Promise<void> {
  if (!(await job.isDelayed())) return;
  await job.promote().catch(async (error: unknown) => {
    // Somebody else was first.
    if (await job.isDelayed()) throw error;
  });
}
