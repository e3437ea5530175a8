import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Clock, messageOf, TaplineError } from "@tapline/core/kernel";
import type { AgentLog, LogWanted } from "@tapline/core/tap";
import type { LogOutput } from "@tapline/telemetry/logging";
import { Agent } from "./agent.ts";
import type { Config, LogLevel } from "./config.ts";
import { Delivery, linksTo } from "./delivery/index.ts";
import { systemCode } from "./durable-file.ts";
import { AgentEvents } from "./events.ts";
import { type LocalApi, openLocalApi } from "./local-api/index.ts";
import type { AgentMetrics } from "./metrics/index.ts";
import { Outbox } from "./outbox/index.ts";
import { LiveSettings } from "./settings/index.ts";
import { certificateFacts, type LinkView, StatusSource } from "./status/index.ts";
import { Tally } from "./tally.ts";
import { versionTrouble } from "./upgrade/index.ts";
import { agentVersion } from "./version.ts";
import { wireIdentity } from "./wire-identity.ts";
import { type Observers, restoreTaps, wireFeedback, wireObservers } from "./wire-observers.ts";
import { wireOtlp } from "./wire-otlp.ts";
import { wireReaders } from "./wire-readers.ts";

/** What the outside hands in. */
export type Surroundings = {
  now: Clock;
  monotonic: Clock;
  random: () => number;
  notify: (text: string, facts: Record<string, unknown>) => void;
  /** Where lines of the log go. */
  output: LogOutput;
  /** The last lines of the log; `cut` where not all of them may be sent. */
  lastLines: (count: number) => { text: string; cut: boolean };
  setLogLevel: (level: LogLevel) => void;
  onFailure: (error: unknown) => void;
};

/** An agent that is put together and does not read yet. */
export type Wired = {
  agent: Agent;
  /** Where the local API is; null where there is none. */
  apiUrl: string | null;
  start(): void;
  stop(): Promise<void>;
};

/** Puts the agent together. @throws misconfigured, unauthenticated, conflict or corrupt, each with its remedy */
export async function wire(config: Config, surroundings: Surroundings): Promise<Wired> {
  const { now, monotonic, random, notify, onFailure } = surroundings;
  await openDataDir(config.dataDir);
  const path = join(config.dataDir, "directive.json");
  const settings = await LiveSettings.open({ path, local: config.local, notify });
  settings.apply(({ logLevel }) => surroundings.setLogLevel(logLevel));
  const identity = await wireIdentity(config, surroundings);
  const { credentials } = identity;
  const events = new AgentEvents();
  const observers = wireObservers(events, surroundings, notify);
  const outbox = await openOutbox(config, settings, observers.metrics, surroundings);
  await restoreTaps(observers.taps, outbox);
  const otlp = await wireOtlp(config, events, {
    ...{ certificate: credentials().cert, epoch: outbox.epoch, now },
    ...{ metrics: observers.metrics, output: surroundings.output },
  });
  const tally = new Tally(outbox, config.taps !== null);
  const delivery = new Delivery({
    outbox,
    events,
    links: linksTo({
      streamUrl: config.ingest.streamUrl,
      restUrl: config.ingest.url,
      credentials,
      monotonic,
      random,
    }),
    ...{ credentials, settings: settings.current },
    resendAfterMs: config.resendAfterMs,
    report: (link) => source.report(link),
    onDirective: (directive) => void settings.take(directive),
    onLogWanted: (wanted) => tellLog(wanted, surroundings),
    ...{ now, monotonic, random },
    onSettled: (settled, segments) => tally.settled(settled, segments),
    ...{ notify, onFailure, ...otlp.delivery },
  });
  settings.apply((now) => delivery.configure(now));
  identity.onRenewed(() => delivery.renewed());
  const readers = await wireReaders(config, now);
  settings.apply(({ rereads, buzzer }) => readers.configure({ rereads, buzzer }));
  wireFeedback(events, readers, monotonic);
  const agent = new Agent({ readers, events, outbox, delivery, tally, now, onFailure });
  const source = new StatusSource({
    server: config.ingest.url,
    version: agentVersion,
    outbox,
    settings,
    readers: observers.readers,
    agent: () => agent.status(),
    link: () => linkOf(delivery),
    identityTrouble: () => identity.trouble(),
    certificate: () => certificateFacts(credentials().cert),
    versionTrouble: (wanted) => versionTrouble(wanted, agentVersion),
    now,
  });
  const api = await wireApi(config, source, observers, outbox.epoch, surroundings);
  return {
    agent,
    apiUrl: api?.url ?? null,
    start: () => {
      identity.start();
      agent.start();
    },
    stop: async () => {
      await Promise.all([api?.close(), identity.stop(), agent.stop()]);
      await otlp.close();
    },
  };
}

/** What is sent of the log stands in it, too: that it was asked for. */
function tellLog({ id, lines }: LogWanted, { notify, lastLines }: Surroundings): AgentLog {
  notify("the last lines of this log were asked for, and are sent to the server", { lines });
  return { id, ...lastLines(lines) };
}

async function openOutbox(
  config: Config,
  settings: LiveSettings,
  metrics: AgentMetrics,
  { now, notify, onFailure }: Surroundings,
): Promise<Outbox> {
  const { outboxMaxBytes: maxBytes, outboxMaxAgeMs: maxAgeMs } = settings.current;
  const onSynced = (tookMs: number) => metrics.synced(tookMs);
  const outbox = await Outbox.open({ dir: config.outboxDir, maxBytes, maxAgeMs, now, onSynced, onFailure });
  settings.apply((now) => outbox.setBounds({ maxBytes: now.outboxMaxBytes, maxAgeMs: now.outboxMaxAgeMs }));
  if (outbox.tornBytes > 0)
    notify("the last write of the run before was cut short and is taken off", { bytes: outbox.tornBytes });
  return outbox;
}

async function wireApi(
  config: Config,
  source: StatusSource,
  observers: Observers,
  epoch: number,
  { now, notify }: Surroundings,
): Promise<LocalApi | null> {
  observers.metrics.watch(() => source.status());
  const { api, trouble } = await openLocalApi({
    ...observers,
    dataDir: config.dataDir,
    port: config.apiPort,
    origins: config.apiOrigins,
    status: () => source.status(),
    metrics: () => observers.metrics.text(),
    epoch,
    startedAtEpochMs: now(),
    onError: (error) => notify("the local API met a fault", { why: messageOf(error) }),
  });
  source.apiTrouble = trouble;
  if (trouble !== null) notify(trouble.text, { remedy: trouble.remedy });
  return api;
}

function linkOf({ connected, link, clockSkewMs, trouble }: Delivery): LinkView {
  return { name: connected ? link : null, up: connected, clockSkewMs, trouble };
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
