import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { agentDir, type Installation, startAgent } from "../installation/index.ts";

const eventSchema = z.object({ event: z.string(), data: z.string() });
const tapSchema = z.object({ seq: z.int(), readAtEpochMs: z.int() });
const progressSchema = z.object({ seq: z.int(), status: z.string() });
/** What validation says of a tap, before and after it is archived. */
const verdicts: readonly string[] = ["accepted", "duplicate", "refused", "archived"];
const giveUpAfterMs = 120_000;

/**
 * From a reader giving a tap up until the server's verdict is on the agent's local API, as a kiosk's screen would get it.
 * @param trackersFile what the readers read, enrolled at `installation`
 * @param perSecond taps per second over all readers
 * @returns ms, one for each of `taps` taps
 */
export async function verdictMs(
  installation: Installation,
  trackersFile: string,
  taps: number,
  perSecond: number,
): Promise<number[]> {
  const agent = await startAgent(installation, trackersFile, {
    TAPLINE_AGENT_READERS: "16",
    TAPLINE_AGENT_RATE: String(perSecond),
  });
  const readAt = new Map<number, number>();
  const tookMs: number[] = [];
  const stop = AbortSignal.timeout(giveUpAfterMs);
  try {
    for await (const { event, data } of follow(agentDir(installation), stop)) {
      if (event === "tap") {
        const { seq, readAtEpochMs } = tapSchema.parse(JSON.parse(data));
        readAt.set(seq, readAtEpochMs);
      } else if (event === "tap-progress") {
        const { seq, status } = progressSchema.parse(JSON.parse(data));
        const readAtEpochMs = verdicts.includes(status) ? readAt.get(seq) : undefined;
        if (readAtEpochMs === undefined) continue;
        readAt.delete(seq);
        tookMs.push(Date.now() - readAtEpochMs);
        if (tookMs.length === taps) return tookMs;
      }
    }
    throw new Error(`${taps - tookMs.length} of ${taps} taps had no verdict in time`);
  } finally {
    await agent.stop();
  }
}

/** The agent's events (server-sent), as its local API tells them. */
async function* follow(dataDir: string, signal: AbortSignal) {
  const token = (await readFile(join(dataDir, "api.token"), "utf8")).trim();
  const { url } = z
    .object({ url: z.url() })
    .parse(JSON.parse(await readFile(join(dataDir, "api.json"), "utf8")));
  const answer = await fetch(`${url}/v1/events`, { headers: { authorization: `Bearer ${token}` }, signal });
  let text = "";
  for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const frames = (text + chunk).split("\n\n");
    text = frames.pop() ?? "";
    for (const frame of frames) {
      const fields = frame.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2));
      const read = eventSchema.safeParse(Object.fromEntries(fields));
      if (read.success) yield read.data;
    }
  }
}
