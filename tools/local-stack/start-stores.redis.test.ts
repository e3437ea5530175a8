import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { freePort } from "../servers/index.ts";
import { pingRedis } from "../servers/start-redis.ts";
import { temporaryFolder } from "../test-servers/index.ts";
import { readConfig } from "./config.ts";
import { openDataFolder } from "./data-folder.ts";
import { readFlags } from "./read-flags.ts";
import { processesOf } from "./stack.fixture.ts";
import { startBufferStore } from "./start-stores.ts";

test("Redis keeps its password while the stack runs, also when it dies, and has another at the next start", async () => {
  const folder = await openDataFolder(await temporaryFolder());
  const flags = readFlags(["--data-dir", folder.root]);
  if ("help" in flags) throw new Error("no help was asked for");
  const port = await freePort();
  const lines: string[] = [];
  const start = () => startBufferStore(readConfig(flags, {}), folder, port, (line) => lines.push(line));
  const passwordOf = (url: string) => new URL(url).password;

  const first = await start();
  expect(await pingRedis(port, passwordOf(first.url))).toBe(true);
  const [pid] = await processesOf(folder.redis, "redis");
  process.kill(pid!, "SIGKILL");
  for (let waitedMs = 0; waitedMs < 20_000 && !lines.includes("Redis runs again"); waitedMs += 100)
    await sleep(100);
  expect(await pingRedis(port, passwordOf(first.url))).toBe(true);
  await first.part?.stop(2_000);

  const second = await start();
  expect(await pingRedis(port, passwordOf(first.url))).toBe(false);
  expect(await pingRedis(port, passwordOf(second.url))).toBe(true);
  await second.part?.stop(2_000);
}, 60_000);
