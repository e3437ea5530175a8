import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StartedStack } from "../installation/index.ts";

export type InStackOptions = Readonly<{
  /** What a fault says first: what did not come about. */
  otherwise: string;
  /** Of all its processes, beside an agent that reads 20 taps a second. */
  settings?: Readonly<Record<string, string>>;
  /** Its pages have to be built. Default: there is no console. */
  hasConsole?: boolean;
}>;

/**
 * Runs `work` in an `npm start` of its own under a little load, and leaves nothing of it behind. What `work` throws is a fault, and
 * not thrown: what it had found by then is not lost.
 */
export async function inStack(
  { otherwise, settings = {}, hasConsole = false }: InStackOptions,
  faults: string[],
  work: (stack: StartedStack, dataDir: string) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), "tapline-noops-"));
  const dataDir = join(dir, ".tapline");
  try {
    const stack = await StartedStack.start(dataDir, { TAPLINE_AGENT_RATE: "20", ...settings }, hasConsole);
    try {
      await work(stack, dataDir);
    } finally {
      await stack.stop();
    }
  } catch (error) {
    faults.push(`${otherwise}: ${String(error)}`);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
