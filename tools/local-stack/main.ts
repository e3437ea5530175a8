/** All of Tapline on one machine: what `npm start` runs once the clone is set up. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import { onGuardLost } from "../servers/index.ts";
import { defaultDataDir, readConfig, type StackConfig } from "./config.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { forgetStores } from "./kept-stores.ts";
import { lockFolder } from "./lock-folder.ts";
import { writeRestoreScript } from "./newest-object.ts";
import { onStopSignal, type StopRequest } from "./on-stop-signal.ts";
import { openPki } from "./open-pki.ts";
import { openSecrets } from "./open-secrets.ts";
import { readFlags } from "./read-flags.ts";
import { requireStore } from "./require-store.ts";
import { reportOnce, waitUntilDone } from "./run-once.ts";
import { StackBuilder } from "./stack-builder.ts";
import { type Stack, startStack } from "./start-stack.ts";
import { statusLine, summary } from "./summary.ts";
import { Terminal } from "./terminal.ts";

const liveEveryMs = 500;
const plainEveryMs = 10_000;

/** Waits for the archive's first object and writes the script that restores it, which could not be named before. */
async function writeFirstScript(stack: Stack, folder: DataFolder, terminal: Terminal): Promise<void> {
  for (;;) {
    await stack.counts.next(plainEveryMs);
    if (stack.counts.agent?.archived === 0) continue;
    // No agent of ours may run, and the database may be on its way down or up: the next figures bring the next try.
    const path = await writeRestoreScript(stack.addresses.databaseUrl, folder).catch(() => undefined);
    if (path === undefined) continue;
    terminal.note(`the first object is archived; restore it by: sh ${path}`);
    return;
  }
}

async function showSummary(
  stack: Stack,
  folder: DataFolder,
  startedMs: number,
  terminal: Terminal,
): Promise<void> {
  const { webPort, ingestPort, databaseUrl } = stack.addresses;
  const restoreScript = await writeRestoreScript(databaseUrl, folder);
  terminal.say(
    summary({
      webPortInUse: stack.webPortInUse,
      consoleUrl: `http://127.0.0.1:${webPort}`,
      ingestUrl: `https://127.0.0.1:${ingestPort}`,
      archiveDir: folder.archive,
      dataDir: folder.root,
      isDefaultDataDir: folder.root === defaultDataDir,
      firstAdmin: stack.firstAdmin,
      restoreScript,
      seconds: (Date.now() - startedMs) / 1000,
    }),
  );
  if (restoreScript === undefined) void writeFirstScript(stack, folder, terminal);
}

async function showStatus(
  stack: Stack,
  hasAgent: boolean,
  terminal: Terminal,
  stopped: StopRequest,
): Promise<void> {
  while (!stopped.isAsked()) {
    const line = statusLine(stack.counts, hasAgent);
    if (terminal.isLive) terminal.show(line);
    else terminal.note(line);
    await Promise.race([stopped.done, sleep(terminal.isLive ? liveEveryMs : plainEveryMs)]);
  }
  await stopped.done;
}

async function runOnce(
  config: StackConfig,
  stack: Stack,
  folder: DataFolder,
  startedMs: number,
  terminal: Terminal,
): Promise<void> {
  const taps = config.taps ?? 0;
  const agent = await waitUntilDone(
    stack.counts,
    taps,
    () => terminal.isLive && terminal.show(statusLine(stack.counts)),
  );
  terminal.settle();
  const asked = { taps, before: stack.before, startedMs };
  const report = await reportOnce(agent, asked, stack.addresses.databaseUrl, folder);
  await writeRestoreScript(stack.addresses.databaseUrl, folder);
  await stack.stop();
  process.stdout.write(`${JSON.stringify(report)}\n`);
}

/** Runs until it is told to end, or with `once` until all taps are archived; resolves to the exit code. */
async function run(config: StackConfig, startedMs: number, terminal: Terminal): Promise<number> {
  if (config.databaseUrl !== undefined) await requireStore("PostgreSQL", "DATABASE_URL", config.databaseUrl);
  if (config.redisUrl !== undefined) await requireStore("Redis", "REDIS_URL", config.redisUrl);
  const folder = await openDataFolder(config.dataDir);
  const lock = await lockFolder(folder.root);
  onGuardLost((line) => terminal.note(line));
  const builder = new StackBuilder(folder, (line) => terminal.note(line));
  const stopped = onStopSignal(() => {
    terminal.settle();
    terminal.note("ending (once more to end at once)");
    return builder.stop();
  });
  try {
    if (await openPki(folder.pki, folder.archive, startedMs))
      terminal.note(`made certificates and keys in ${folder.pki}`);
    const secrets = await openSecrets(folder);
    const stack = await startStack(config, folder, secrets, builder, (line) => terminal.note(line));
    const { webPort } = stack.addresses;
    await lock.announce(
      config.once ? `archiving ${config.taps} taps (--once)` : `console at http://127.0.0.1:${webPort}`,
    );
    if (!config.once) await showSummary(stack, folder, config.commandStartedMs ?? startedMs, terminal);
    await (config.once
      ? runOnce(config, stack, folder, startedMs, terminal)
      : showStatus(stack, config.agent, terminal, stopped));
    return 0;
  } catch (error) {
    if (!stopped.isAsked()) throw error;
    if (config.once) terminal.note("ended before all taps were archived; the rest goes on at the next start");
    return config.once ? 1 : 0;
  } finally {
    await builder.stop();
    await forgetStores(folder.root);
    lock.release();
  }
}

function describe(error: unknown): string {
  if (!(error instanceof TaplineError))
    return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return error.remedy === undefined ? error.message : `${error.message} (${error.remedy})`;
}

async function main(): Promise<number> {
  const startedMs = Date.now();
  try {
    const flags = readFlags(process.argv.slice(2));
    if ("help" in flags) {
      process.stdout.write(flags.help);
      return 0;
    }
    const config = readConfig(flags);
    return await run(config, startedMs, new Terminal(config.once ? process.stderr : process.stdout));
  } catch (error) {
    const text = describe(error);
    process.stderr.write(`${text.startsWith("Tapline") ? "" : "Tapline: "}${text}\n`);
    return 1;
  }
}

process.exit(await main());
