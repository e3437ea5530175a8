import { join } from "node:path";
import type { LinkName } from "@tapline/core/tap";
import { type Installation, startAgent } from "../installation/index.ts";

/** Nobody listens there. */
const nowhere = "https://127.0.0.1:1";

/**
 * Taps that an agent brings to a real door out of a full outbox, until each is durable there: it was offline, and is back.
 * @param trackersFile what the agent's readers read, enrolled at `installation`
 * @param endedBefore taps that `installation` has brought to an end already
 * @returns taps per second
 */
export async function deliveredTapsPerS(
  installation: Installation,
  trackersFile: string,
  link: LinkName,
  taps: number,
  endedBefore: number,
): Promise<number> {
  const settings = { TAPLINE_AGENT_DATA_DIR: join(installation.dir, `agent-by-${link}`) };
  const offline = await startAgent(installation, trackersFile, {
    ...settings,
    TAPLINE_AGENT_INGEST_URL: nowhere,
    TAPLINE_AGENT_STREAM_URL: nowhere,
    TAPLINE_AGENT_READERS: "64",
    TAPLINE_AGENT_TAPS: String(taps),
  });
  for (let pending = 0; pending < taps; ) pending = (await offline.figures()).pending;
  await offline.stop();
  const agent = await startAgent(installation, trackersFile, {
    ...settings,
    TAPLINE_AGENT_LINK: link,
    TAPLINE_AGENT_RELEASE_AT: "durable",
    // None beside those that wait.
    TAPLINE_AGENT_RATE: "0.001",
  });
  try {
    const startedMs = performance.now();
    while ((await agent.figures()).pending > 0);
    const seconds = (performance.now() - startedMs) / 1000;
    await installation.settled(endedBefore + taps, 120_000);
    return taps / seconds;
  } finally {
    await agent.stop();
  }
}
