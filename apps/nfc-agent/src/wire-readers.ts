import type { Clock } from "@tapline/core/kernel";
import type { Config } from "./config.ts";
import { nextEpoch } from "./epoch.ts";
import { pcscReaders } from "./readers/pcsc/index.ts";
import type { Readers } from "./readers/reader.ts";
import { openSimulatedReaders } from "./readers/simulated/index.ts";

/** The readers that the settings ask for. Called under the outbox's lock. @throws misconfigured */
export async function wireReaders(config: Config, now: Clock): Promise<Readers> {
  if (config.readerKind === "pcsc") return pcscReaders({ now });
  // Under the outbox's lock, so that no two agents with one outbox can have the same epoch.
  const epoch = await nextEpoch(`${config.outboxDir}.trackers-epoch`, now());
  return openSimulatedReaders({ ...config.simulated, epoch, taps: config.taps, now });
}
