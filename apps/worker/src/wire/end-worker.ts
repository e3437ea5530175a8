import type { Logger } from "pino";
import type { Role } from "../roles/role.ts";
import { atMost } from "../roles/within.ts";

/** What is ended with a process, by the name that the log has for it. */
export type Ending = Role & { readonly name: string };

/** So long each of two steps may take that close connections, where the work took all of the grace, ms. */
const closeMs = 600;

export const ending = (name: string, { stop }: Role): Ending => ({ name, stop });

/** Jobs under way end with their queues; `reports` tell of all that was done until then. */
type Endings = Readonly<Record<"work" | "queues" | "reports" | "stores", readonly Ending[]>>;

/**
 * Ends the work, then the queues, then what both needed: all in one grace, but for at most 1.2 s in which connections are closed. What
 * does not end in time is named in the log and left as it is, for whoever comes next. Never rejects.
 * @param graceMs from now on
 */
export async function endWorker(
  graceMs: number,
  { work, queues, reports, stores }: Endings,
  log: Pick<Logger, "warn">,
): Promise<void> {
  const end = performance.now() + graceMs;
  const leftMs = (): number => Math.max(0, end - performance.now());
  await endAll(work, graceMs, graceMs, log);
  for (const step of [queues, [...reports, ...stores]])
    await endAll(step, leftMs(), Math.max(leftMs(), closeMs), log);
}

/** @param graceMs what each is told @param withinMs for how long they are waited for */
async function endAll(
  endings: readonly Ending[],
  graceMs: number,
  withinMs: number,
  log: Pick<Logger, "warn">,
): Promise<void> {
  const open = new Set(endings);
  let isWaitedFor = true;
  const end = async (one: Ending): Promise<void> => {
    try {
      await one.stop(graceMs);
    } catch (error) {
      // What was left as it is has been named, and fails as what it needs is closed under it.
      if (isWaitedFor) log.warn({ part: one.name, err: error }, "a part did not end in order");
    }
    open.delete(one);
  };
  await atMost(withinMs, Promise.all(endings.map(end)));
  isWaitedFor = false;
  if (open.size === 0) return;
  const parts = [...open].map(({ name }) => name);
  log.warn(
    { parts, waitedMs: Math.round(withinMs) },
    "these parts did not end in time: they are left as they are",
  );
}
