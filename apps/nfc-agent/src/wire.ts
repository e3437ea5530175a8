import { readFile } from "node:fs/promises";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import { Agent } from "./agent.ts";
import type { Config } from "./config.ts";
import { Delivery, IngestClient } from "./delivery/index.ts";
import { systemCode } from "./durable-file.ts";
import { nextEpoch } from "./epoch.ts";
import { AgentEvents } from "./events.ts";
import { Outbox } from "./outbox/index.ts";
import { Pace, readTrackersFile, SimulatedField, simulatedReaders } from "./readers/simulated/index.ts";
import { Tally } from "./tally.ts";

/** What the outside hands in. */
export type Surroundings = {
  now: Clock;
  monotonic: Clock;
  random: () => number;
  notify: (text: string, facts: Record<string, unknown>) => void;
  onFailure: (error: unknown) => void;
};

const postsInFlight = 3;

/** Puts the agent together. @throws misconfigured, conflict or corrupt, each with its remedy */
export async function wire(config: Config, surroundings: Surroundings): Promise<Agent> {
  const { now, notify, onFailure } = surroundings;
  const { url, caPath, certPath, keyPath } = config.ingest;
  const [ca, cert, key, trackers] = await Promise.all([
    readPem("TAPLINE_AGENT_CA", caPath),
    readPem("TAPLINE_AGENT_CERT", certPath),
    readPem("TAPLINE_AGENT_KEY", keyPath),
    readTrackersFile(config.simulated.trackersPath),
  ]);
  const outbox = await Outbox.open({ ...config.outbox, now, onFailure });
  if (outbox.tornBytes > 0)
    notify("the last write of the run before was cut short and is taken off", { bytes: outbox.tornBytes });
  const tally = new Tally(outbox, config.taps !== null);
  const delivery = new Delivery({
    outbox,
    client: new IngestClient({ url, ca, cert, key, connections: postsInFlight + 1 }),
    maxInFlight: postsInFlight,
    resendAfterMs: config.resendAfterMs,
    monotonic: surroundings.monotonic,
    random: surroundings.random,
    onSettled: (settled, segments) => tally.settled(settled, segments),
    notify,
    onFailure,
  });
  // Under the outbox's lock, so that no two agents with one outbox can have the same epoch.
  const epoch = await nextEpoch(`${config.outbox.dir}.trackers-epoch`, now());
  const { readers: count, seed, perSecond } = config.simulated;
  const field = new SimulatedField({ trackers, epoch, taps: config.taps, seed, now });
  const readers = simulatedReaders(count, field, new Pace(perSecond), now);
  return new Agent({ readers, events: new AgentEvents(), outbox, delivery, tally, now, onFailure });
}

async function readPem(setting: string, path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.includes("-----BEGIN ")) return text;
  } catch (error) {
    throw cannotRead(setting, path, systemCode(error) ?? "unknown");
  }
  throw cannotRead(setting, path, "it is no PEM file");
}

function cannotRead(setting: string, path: string, why: string): TaplineError {
  return new TaplineError("misconfigured", `${path} cannot be used: ${why}`, {
    remedy: `let ${setting} name a PEM file that the agent may read`,
  });
}
