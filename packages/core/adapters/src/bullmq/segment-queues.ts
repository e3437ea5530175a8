import { type SegmentStage, segmentStages, stageQueue } from "@tapline/core/buffer";
import { type Colour, colours } from "@tapline/core/kernel";
import { type Job, Queue, type Telemetry, Worker } from "bullmq";
import { BullMQOtel } from "bullmq-otel";
import type { Redis } from "ioredis";
import { stopWorker } from "./stop-worker.ts";
import { type ErrorTellers, tellErrors } from "./tell-errors.ts";

/** What a job carries: the segment's id, never its bytes; and under which name what is seen of it counts. */
type SegmentJob = { readonly segment: string; readonly watch?: string };

/** To whom a job is given, and who looks: a part of a segment's `StageRoute`. */
export type JobRoute = { readonly colour: Colour; readonly watch: string | null };

const usual: JobRoute = { colour: "blue", watch: null };

export type StageOptions = Pick<ErrorTellers, "onTakenOver"> & {
  /** Segments that one process works on at once. */
  readonly concurrency: number;
  /** Whose jobs are done. Default: blue. */
  readonly colour?: Colour;
  /** Told of every failed attempt; the job is tried again for ever. */
  readonly onFailedAttempt: (segment: string, attempt: number, error: Error, watch: string | null) => void;
};

/** States of a job that is not done. */
const jobStates = ["waiting", "active", "delayed"] as const;

export type QueueDepth = {
  readonly stage: SegmentStage;
  /** The queue's name: there is one for each stage and colour. */
  readonly queue: string;
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

/** The queues of the segment path: one per stage and colour, one job per segment, stage and colour. */
export class SegmentQueues {
  readonly #connection: Redis;
  readonly #prefix: string;
  readonly #telemetry: { readonly telemetry?: Telemetry };
  readonly #queues: ReadonlyMap<string, Queue<SegmentJob>>;
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
    const streams = { events: { maxLen: eventsKept } };
    const names = segmentStages.flatMap((stage) => colours.map((colour) => stageQueue(stage, colour)));
    const open = (name: string): Queue<SegmentJob> =>
      new Queue<SegmentJob>(name, { connection, prefix, streams, ...this.#telemetry });
    this.#queues = new Map(names.map((name) => [name, open(name)]));
    // The connection's owner is told of its errors; without a listener BullMQ would print each of them.
    for (const queue of this.#queues.values()) queue.on("error", () => undefined);
  }

  /** Asks for `stage` to be done with `segment`; where that is asked of that colour already, nothing changes. */
  async add(stage: SegmentStage, segment: string, { colour, watch }: JobRoute = usual): Promise<void> {
    await this.#queue(stage, colour)?.add(
      stage,
      { segment, ...(watch === null ? {} : { watch }) },
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
  async askAgain(stage: SegmentStage, segment: string, route: JobRoute = usual): Promise<void> {
    await this.add(stage, segment, route);
    const job = await this.#queue(stage, route.colour)?.getJob(segment);
    if (job?.processedOn === undefined || job.processedOn <= Date.now() + longestPauseMs) return;
    await promote(job);
  }

  /** Has a segment's job tried at once, also where it waits for its next attempt. */
  async hurry(stage: SegmentStage, segment: string, route: JobRoute = usual): Promise<void> {
    await this.add(stage, segment, route);
    const job = await this.#queue(stage, route.colour)?.getJob(segment);
    if (job !== undefined) await promote(job);
  }

  /** How the job of a segment in `stage` stands. */
  async standing(stage: SegmentStage, segment: string, colour: Colour = "blue"): Promise<JobStanding> {
    const job = await this.#queue(stage, colour)?.getJob(segment);
    if (job === undefined) return { state: null, attempts: 0, fault: "" };
    const told = await job.getState();
    const state = jobStates.find((known) => known === told) ?? null;
    return { state, attempts: job.attemptsMade, fault: job.failedReason ?? "" };
  }

  /** How many jobs of each stage and colour are in each state. */
  async depths(): Promise<QueueDepth[]> {
    const depths = segmentStages.flatMap((stage) => colours.map((colour) => this.#depthsOf(stage, colour)));
    return (await Promise.all(depths)).flat();
  }

  /** How many jobs of a stage one colour has not done. */
  async inHand(stage: SegmentStage, colour: Colour): Promise<number> {
    return (await this.#depthsOf(stage, colour)).reduce((sum, { jobs }) => sum + jobs, 0);
  }

  /** Forgets what waits for a colour that has ended; segments that are open still are asked for anew where they are overdue. */
  async forget(stage: SegmentStage, colour: Colour): Promise<void> {
    await this.#queue(stage, colour)?.obliterate({ force: true });
    await this.#queue(stage, colour)?.resume();
  }

  /** Does `stage` for every segment that comes, until `close`. */
  work(
    stage: SegmentStage,
    handle: (segment: string, watch: string | null) => Promise<void>,
    options: StageOptions,
  ): void {
    const connection = this.#connection.duplicate();
    connection.on("error", () => undefined);
    this.#connections.push(connection);
    const name = stageQueue(stage, options.colour ?? "blue");
    const run = async ({ data }: Job<SegmentJob>): Promise<void> =>
      await handle(data.segment, data.watch ?? null);
    const worker = new Worker<SegmentJob>(name, run, {
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
      if (job !== undefined)
        options.onFailedAttempt(job.data.segment, job.attemptsMade, error, job.data.watch ?? null);
    });
    tellErrors(worker, {
      onError: (error) => options.onFailedAttempt("", 0, error, null),
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

  async #depthsOf(stage: SegmentStage, colour: Colour): Promise<QueueDepth[]> {
    const counts = (await this.#queue(stage, colour)?.getJobCounts(...jobStates)) ?? {};
    const queue = stageQueue(stage, colour);
    return jobStates.map((state) => ({ stage, queue, state, jobs: counts[state] ?? 0 }));
  }

  #queue(stage: SegmentStage, colour: Colour): Queue<SegmentJob> | undefined {
    return this.#queues.get(stageQueue(stage, colour));
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
