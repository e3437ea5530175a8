import { setTimeout as sleep } from "node:timers/promises";
import type { Worker } from "bullmq";

/** How long a closed connection may take to say so, ms. A client of a cluster that was closed twice at once never does. */
const saysWithinMs = 500;

/**
 * Lets what a worker has in hand end, at most `graceMs`, and closes it; what is cut off is done again by another process. The connection that it
 * was handed is left to whoever made it.
 */
export async function stopWorker(worker: Worker, graceMs: number): Promise<void> {
  // A worker can be closed only once, gently or by force: so it is paused gently, then closed by force.
  const paused = worker.pause().catch(() => undefined);
  const late = new Promise<"late">((resolve) => setTimeout(resolve, graceMs, "late").unref());
  const end = await Promise.race([paused, late]);
  await worker.close(true);
  // The end of a pause opens a connection anew, which outlives the worker.
  const cut = paused.then(() => worker.disconnect()).catch(() => undefined);
  if (end !== "late") await Promise.race([cut, sleep(saysWithinMs)]);
}
