import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { wholeBetween } from "@tapline/core/kernel";
import type { Yard } from "../yard/open-yard.ts";
import { type Fault, frozenMs } from "./strike.ts";

const awayMs = 4_000;
const dayS = 86_400;

/** Faults beside the matrix: losses, refusals, stalls, full disks, clocks, doubled work. */
export const widerFaults: readonly Fault[] = [
  { name: "Redis: FLUSHALL", run: always((yard) => yard.wipeRedis()) },
  { name: "Redis: killed, its AOF gone", run: always(loseAof) },
  { name: "archive: refuses connections", run: always(refuse) },
  { name: "archive: stands still", run: always((yard) => standStill(yard, "archive")) },
  { name: "archive: connections cut in mid-write", run: always(cutInMidWrite) },
  { name: "archive: disk full", run: (yard) => fillUp(yard, "archive") },
  { name: "Redis: disk full", run: (yard) => fillUp(yard, "redis") },
  { name: "workers: clock a day ahead", run: (yard) => jump(yard, dayS) },
  { name: "workers: clock a day behind", run: (yard) => jump(yard, -dayS) },
  { name: "PostgreSQL: stands still", run: always((yard) => standStill(yard, "postgres")) },
  ...["validation-1", "encryption-1", "transfer-1", "buffer-1"].map((name) => ({
    name: `${name}: frozen beyond its locks, and wakes`,
    run: always((yard: Yard) => standStill(yard, name)),
  })),
];

function always(bringAbout: (yard: Yard) => Promise<void>): Fault["run"] {
  return async (yard) => {
    await bringAbout(yard);
    return true;
  };
}

async function loseAof({ supervisor, installation }: Yard): Promise<void> {
  const redis = supervisor.part("redis");
  await supervisor.down(redis);
  await rm(join(installation.dir, "redis", "appendonlydir"), { recursive: true });
  supervisor.letUp(redis);
}

async function refuse({ wire }: Yard): Promise<void> {
  await wire.down();
  await sleep(awayMs);
  await wire.up();
}

async function standStill({ supervisor }: Yard, name: string): Promise<void> {
  const { pid } = supervisor.part(name).life();
  process.kill(pid, "SIGSTOP");
  await sleep(frozenMs);
  process.kill(pid, "SIGCONT");
}

async function cutInMidWrite({ wire, random }: Yard): Promise<void> {
  for (let cuts = 0; cuts < 4; cuts++) {
    wire.cutAfter(wholeBetween(random, 500, 12_000));
    await sleep(awayMs / 4);
  }
}

async function fillUp({ volumes, supervisor }: Yard, name: "redis" | "archive"): Promise<boolean> {
  const volume = volumes[name];
  if (volume === null) return false;
  // Redis ends itself where it cannot write what it would answer for.
  await supervisor.excuse(supervisor.part(name), async () => {
    await volume.fill();
    await sleep(awayMs);
    await volume.free();
  });
  return true;
}

async function jump({ setClock }: Yard, offsetS: number): Promise<boolean> {
  if (setClock === null) return false;
  await setClock(offsetS);
  await sleep(awayMs);
  await setClock(0);
  return true;
}
