import { ErrorCode, type Worker } from "bullmq";
import { dropArguments } from "../redis/index.ts";

/** What BullMQ answers to an attempt that is not the job's any more: its lock ran out, and somebody else has it, or has ended it. */
const takenOver: ReadonlySet<unknown> = new Set([
  ErrorCode.JobNotExist,
  ErrorCode.JobLockNotExist,
  ErrorCode.JobNotInState,
  ErrorCode.JobLockMismatch,
]);

export type ErrorTellers = {
  readonly onError: (error: Error) => void;
  /** So many attempts were found to have lost their job; the job itself goes on elsewhere. */
  readonly onTakenOver: (attempts: number) => void;
};

/** Tells of a worker's errors, apart from those that say only that an attempt was too slow for its lock. */
export function tellErrors<Data>(worker: Worker<Data>, { onError, onTakenOver }: ErrorTellers): void {
  let foretold = new Set<string>();
  // BullMQ says it once so, and then once more for each job as an error that has no code, only these words.
  worker.on("lockRenewalFailed", (jobs) => {
    foretold = new Set(jobs.map((job) => `could not renew lock for job ${job}`));
    onTakenOver(jobs.length);
  });
  worker.on("error", (error) => {
    if (foretold.delete(error.message)) return;
    if ("code" in error && takenOver.has(error.code)) return onTakenOver(1);
    // Of connections that BullMQ makes for itself.
    dropArguments(error);
    onError(error);
  });
}
