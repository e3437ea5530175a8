import type { AskedKind, AskedOutcome, AskedTasks, TakenTask } from "@tapline/adapters/prisma";
import { TaplineError } from "@tapline/core/kernel";
import type { Logger } from "pino";
import type { AskedWorks } from "../asked/asked-work.ts";
import { type Role, repeat } from "./role.ts";

export type AskedTasksParts = {
  readonly asked: Pick<AskedTasks, "take" | "renew" | "end">;
  readonly works: AskedWorks;
  readonly instance: string;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
};

/** People wait for what they asked for, ms. */
const idleMs = 1_000;
const pauseAfterErrorMs = 5_000;
const leaseMs = 60_000;

/** Does what people asked of the workers, one task at a time. */
export function startAskedTasks(parts: AskedTasksParts): Role {
  const { asked, works, instance, log } = parts;
  const kinds = Object.keys(works) as AskedKind[];
  const taking = repeat(
    async () => {
      const task = await asked.take(kinds, instance, leaseMs);
      if (task === null) return idleMs;
      await doTask(task, parts);
      return 0;
    },
    (error) => log.warn({ err: error }, "what was asked of the workers could not be looked for"),
    pauseAfterErrorMs,
  );
  return {
    // What is under way for longer is another worker's once its lease is over.
    stop: async (graceMs) => {
      const over = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
      await Promise.race([taking.stop(), over]);
    },
  };
}

async function doTask(task: TakenTask, { asked, works, instance, log }: AskedTasksParts): Promise<void> {
  const { id, kind, subject, wish, act } = task;
  const renew = (progress: string | null) =>
    asked.renew(id, instance, leaseMs, progress).catch((err: unknown) => {
      log.info({ err, task: id }, "how far a task has come could not be said");
    });
  const renewing = setInterval(() => void renew(null), leaseMs / 4);
  const tell = async (progress: string): Promise<void> => {
    await renew(progress);
  };
  try {
    const outcome = await works[kind](wish, { act, tell });
    await asked.end(task, instance, "done", outcome);
    log.info({ task: id, kind, subject }, "what was asked is done");
  } catch (err) {
    log.error({ err, task: id, kind, subject }, "what was asked could not be done");
    await asked.end(task, instance, "failed", failureOf(err, instance));
  } finally {
    clearInterval(renewing);
  }
}

/** An error that is not ours may carry what is nobody's to see: it stands in the log alone. */
function failureOf(error: unknown, instance: string): AskedOutcome {
  const says =
    error instanceof TaplineError
      ? [error.message, error.remedy].filter((part) => part !== undefined && part !== "").join(". ")
      : `It could not be done: see the log of ${instance}`;
  return { says: `${says[0]?.toUpperCase()}${says.slice(1)}`.replace(/\.?$/, "."), facts: {}, list: [] };
}
