import { readFile } from "node:fs/promises";
import { z } from "zod";

/** What a process of ours says in its log once it is ready; `loadedMs` and `readyMs` (a worker's) since it began. */
export type ReadyLine = z.infer<typeof lineSchema>;

const lineSchema = z.object({
  time: z.number(),
  /** A worker's. */
  healthPort: z.number().optional(),
  loadedMs: z.number().optional(),
  readyMs: z.number().optional(),
  /** The agent's. */
  apiUrl: z.string().optional(),
});

/** The newest line of a log by which a process says, at `sinceEpochMs` or later, that it is ready. @returns null where there is none */
export async function readyLine(logFile: string, sinceEpochMs: number): Promise<ReadyLine | null> {
  const text = await readFile(logFile, "utf8").catch(() => "");
  return findReadyLine(text, sinceEpochMs);
}

export function findReadyLine(log: string, sinceEpochMs: number): ReadyLine | null {
  // Of the many lines one is parsed; the last one may be half written.
  const said = log.split("\n").findLast((line) => /"msg":"(the agent is )?ready"}$/.test(line));
  if (said === undefined) return null;
  const line = lineSchema.parse(JSON.parse(said));
  return line.time < sinceEpochMs ? null : line;
}
