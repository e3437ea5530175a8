import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { noopsRulesFormat } from "@tapline/core/noops";
import type { StartedStack } from "../installation/index.ts";
import { inStack } from "./in-stack.ts";

const actsWithinMs = 60_000;
const lookEveryMs = 10;
/** The service that the rule watches: one that costs little. */
const service = "kpi";

/** A rule without any wait of its own: whenever the service has less than two replicas it gets one more. */
const rules = {
  ...{ format: noopsRulesFormat, version: 1_000, actsPerHour: 10_000 },
  rules: [
    {
      ...{ id: "two-of-it", per: "service", only: [service], when: "service(target).wanted < 2.0" },
      ...{ cooldownMs: 1_000, perHour: 1_000, mode: "armed", owner: "bench", purpose: "a bench" },
      act: { kind: "scale", direction: "up", to: "one-more-or-less", max: 2 },
      runbook: "docs/noops.md#shipped-rules",
    },
  ],
};

/** How long it took from a breach of a rule without a delay of its own until NoOps had acted, ms, in `npm start`. */
export async function decisions(
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
  faults: string[],
): Promise<number[]> {
  const tookMs: number[] = [];
  await inStack({ otherwise: "not every breach was acted on" }, faults, async (stack, dataDir) => {
    const file = join(dataDir, "bench-rules.json");
    await writeFile(file, JSON.stringify(rules));
    await stack.tapline("noops", "apply", file, "--reason", "a bench", "--by", "bench", "--yes");
    await acted(stack);
    for (let round = 0; round < rounds; round++) tookMs.push(await breach(stack));
    say(`${tookMs.length} breaches`);
  });
  return tookMs;
}

async function breach(stack: StartedStack): Promise<number> {
  // The cool-down of the act before is over.
  await sleep(1_500);
  const workload = { service, colour: "blue" } as const;
  await stack.actuator.act({ kind: "scale", workload, replicas: 1 }, { fence: null, reason: "a bench" });
  const begunMs = performance.now();
  await acted(stack);
  return performance.now() - begunMs;
}

/** Resolves once the service is wanted twice. */
async function acted(stack: StartedStack): Promise<void> {
  const endMs = performance.now() + actsWithinMs;
  for (;;) {
    const { workloads } = await stack.actuator.look();
    if (workloads.some((one) => one.service === service && one.wanted === 2)) return;
    if (performance.now() > endMs) throw new Error("NoOps did not act within a minute");
    await sleep(lookEveryMs);
  }
}
