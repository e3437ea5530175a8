import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Random, seededRandom, wholeBetween } from "@tapline/core/kernel";
import { type AgentFigures, StartedStack } from "../../installation/index.ts";
import type { Drill, DrillOptions, DrillResult } from "../drill.ts";
import { compareWithArchive } from "../yard/compare-with-archive.ts";

const tapsPerSecond = 60;
/** Next to nothing: what was read is to come to its end. */
const restTapsPerSecond = 0.001;
const longestPauseMs = 1_500;
const settleWithinMs = 300_000;
const lookEveryMs = 500;
const progressEvery = 20;
/** Services that have two processes, so that one goes on while the other is dead. */
const doubled = ["ingest", "validation", "transfer"];

/** `kill -9` of any process of `npm start` while taps flow; nobody but its own supervisor heals. */
export const chaos: Drill = {
  name: "chaos",
  about: "kill -9 of any process of npm start at random moments, which heals itself",
  run: async (options) => {
    const dir = await mkdtemp(join(tmpdir(), "tapline-chaos-"));
    try {
      return await killWhileTapsFlow(dir, options);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  },
};

async function killWhileTapsFlow(dir: string, options: DrillOptions): Promise<DrillResult> {
  const [dataDir, ledger] = [join(dir, ".tapline"), join(dir, "ledger.ndjson")];
  const settings = {
    TAPLINE_AGENT_LEDGER: ledger,
    TAPLINE_AGENT_SCENARIO: "hostile",
    TAPLINE_AGENT_RESEND_AFTER_MS: "5000",
  };
  const random = seededRandom(options.seed);
  const flowing = await StartedStack.start(dataDir, {
    ...settings,
    TAPLINE_AGENT_RATE: String(tapsPerSecond),
  });
  try {
    for (const service of doubled)
      await flowing.actuator.act(
        { kind: "scale", workload: { service, colour: "blue" }, replicas: 2 },
        { fence: null, reason: "a drill" },
      );
    await flowing.allUp();
    await killAgain(flowing, random, options);
    await flowing.allUp();
  } finally {
    await flowing.stop();
  }
  const resting = await StartedStack.start(dataDir, {
    ...settings,
    TAPLINE_AGENT_RATE: String(restTapsPerSecond),
  });
  try {
    const figures = await settled(resting);
    const [certPem, keyPem] = await Promise.all(
      ["archive.crt", "archive.key"].map((name) => readFile(join(dataDir, "pki", name), "utf8")),
    );
    const installation = {
      databaseUrl: await resting.databaseUrl(),
      archiveDir: join(dataDir, "archive"),
      archiveKey: { certPem: certPem ?? "", keyPem: keyPem ?? "" },
    };
    return {
      faults: options.times,
      ...(await compareWithArchive({ installation, flow: { ledger } }, figures)),
    };
  } finally {
    await resting.stop();
  }
}

async function killAgain(stack: StartedStack, random: Random, { times, say }: DrillOptions): Promise<void> {
  const killed = new Map<string, number>();
  for (let done = 1; done <= times; done++) {
    await sleep(random() * longestPauseMs);
    const victims = await stack.victims();
    const victim = victims[wholeBetween(random, 0, victims.length - 1)];
    if (victim === undefined) throw new Error("npm start has no children left");
    process.kill(victim.pid, "SIGKILL");
    killed.set(victim.runs, (killed.get(victim.runs) ?? 0) + 1);
    if (done % progressEvery === 0 || done === times) say(`${done} of ${times} kills`);
  }
  say([...killed].map(([name, count]) => `${name} ${count}`).join(", "));
}

/** Waits until every tap that was read has its end. */
async function settled(stack: StartedStack): Promise<AgentFigures> {
  const end = performance.now() + settleWithinMs;
  for (;;) {
    const figures = await stack.figures();
    if (figures.taps > 0 && figures.pending === 0) return figures;
    if (performance.now() > end)
      throw new Error(`${figures.pending} taps have no end ${settleWithinMs / 1000} s after the last kill`);
    await sleep(lookEveryMs);
  }
}
