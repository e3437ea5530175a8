import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, TaplineError } from "@tapline/core/kernel";
import { Agent } from "./agent.ts";
import type { Config, LogLevel } from "./config.ts";
import { Delivery, IngestClient } from "./delivery/index.ts";
import { systemCode } from "./durable-file.ts";
import { AgentEvents } from "./events.ts";
import { Outbox } from "./outbox/index.ts";
import { LiveSettings } from "./settings/index.ts";
import { Tally } from "./tally.ts";
import { wireReaders } from "./wire-readers.ts";

/** What the outside hands in. */
export type Surroundings = {
  now: Clock;
  monotonic: Clock;
  random: () => number;
  notify: (text: string, facts: Record<string, unknown>) => void;
  setLogLevel: (level: LogLevel) => void;
  onFailure: (error: unknown) => void;
};

const postsInFlight = 3;

/** Puts the agent together. @throws misconfigured, conflict or corrupt, each with its remedy */
export async function wire(config: Config, surroundings: Surroundings): Promise<Agent> {
  const { now, notify, onFailure } = surroundings;
  await openDataDir(config.dataDir);
  const settings = await LiveSettings.open({
    path: join(config.dataDir, "directive.json"),
    local: config.local,
    notify,
  });
  settings.apply(({ logLevel }) => surroundings.setLogLevel(logLevel));
  const { url, caPath, certPath, keyPath } = config.ingest;
  const [ca, cert, key] = await Promise.all([
    readPem("TAPLINE_AGENT_CA", caPath),
    readPem("TAPLINE_AGENT_CERT", certPath),
    readPem("TAPLINE_AGENT_KEY", keyPath),
  ]);
  const { outboxMaxBytes: maxBytes, outboxMaxAgeMs: maxAgeMs } = settings.current;
  const outbox = await Outbox.open({ dir: config.outboxDir, maxBytes, maxAgeMs, now, onFailure });
  settings.apply((now) => outbox.setBounds({ maxBytes: now.outboxMaxBytes, maxAgeMs: now.outboxMaxAgeMs }));
  if (outbox.tornBytes > 0)
    notify("the last write of the run before was cut short and is taken off", { bytes: outbox.tornBytes });
  const events = new AgentEvents();
  logPauses(events, notify);
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
  const readers = await wireReaders(config, now);
  settings.apply(({ rereads, buzzer }) => readers.configure({ rereads, buzzer }));
  return new Agent({ readers, events, outbox, delivery, tally, now, onFailure });
}

async function openDataDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new TaplineError("misconfigured", `the data folder ${dir} cannot be made: ${systemCode(error)}`, {
      remedy: "give the agent a folder that it may write to (TAPLINE_AGENT_DATA_DIR)",
      cause: error,
    });
  }
}

function logPauses(events: AgentEvents, notify: Surroundings["notify"]): void {
  events.listen((event) => {
    if (event.type !== "paused" || event.reader !== null) return;
    notify(event.reason === null ? "reading goes on" : "reading pauses", { reason: event.reason });
  });
}

async function readPem(setting: string, path: string): Promise<string> {
  try {
    const text = await readFile(path, "utf8");
    if (text.includes("-----BEGIN ")) return text;
  } catch (error) {
    const why = systemCode(error) ?? "unknown";
    if (why !== "ENOENT") throw cannotRead(setting, path, why);
    throw new TaplineError("unauthenticated", `this PC has no identity: ${path} cannot be used: ENOENT`, {
      remedy: `enrol it (tapline-agent enrol), or let ${setting} name a PEM file`,
    });
  }
  throw cannotRead(setting, path, "it is no PEM file");
}

function cannotRead(setting: string, path: string, why: string): TaplineError {
  return new TaplineError("misconfigured", `${path} cannot be used: ${why}`, {
    remedy: `let ${setting} name a PEM file that the agent may read`,
  });
}
