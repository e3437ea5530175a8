import { setTimeout as sleep } from "node:timers/promises";
import { connectRedis, kpiKeys } from "@tapline/adapters/redis";
import { type Child, ofType, startChild } from "../child.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { baseEnvironment } from "../installation/index.ts";
import { quantile } from "../report.ts";
import type { FanOutOrder } from "./bare-ws.ts";
import { livePicture } from "./live-picture.ts";
import { nowMs } from "./now-ms.ts";
import { type ConsoleProcess, startConsole } from "./start-console.ts";
import type { Arrivals, WatchersOrder } from "./watchers.ts";

const watcherProcesses = 2;
const everyMs = 50;
/** What is on its way when the last update has left gets so long to arrive. */
const lingerMs = 1_000;
/** A console that lags goes on with the newest picture. More than this share left out, and it were no 20 a second. */
const leastShown = 0.9;

export type FanOut = { readonly p99Ms: number[]; readonly cpuS: number[] };
export type FanOutLoad = { readonly clients: number; readonly updates: number; readonly rounds: number };

/**
 * Updates, 20 a second, to so many connected consoles: by the console's own server, from the Redis stream that the kpi service
 * writes; and by a bare server of WebSockets that sends the same bytes. In turn, to the same two processes of watchers.
 */
export async function fanOut(
  load: FanOutLoad,
  faults: string[],
  say: (line: string) => void,
): Promise<{ ours: FanOut; bare: FanOut }> {
  const ours: FanOut = { p99Ms: [], cpuS: [] };
  const bare: FanOut = { p99Ms: [], cpuS: [] };
  const console = await startConsole();
  const server = startChild("./bare-ws.ts", import.meta.url, baseEnvironment());
  const watchers = Array.from({ length: watcherProcesses }, () =>
    startChild("./watchers.ts", import.meta.url, baseEnvironment()),
  );
  try {
    const { port } = await server.next(ofType("ready"));
    for (const child of watchers) await child.next(ofType("ready"));
    const cookie = await console.signIn();
    for (let round = 1; round <= load.rounds; round++) {
      say(`round ${round}: ${load.updates} updates to ${load.clients} consoles, and by a bare server`);
      await connect(watchers, load, console.origin, cookie);
      await measure({ watchers, load, into: ours, faults, pids: console.pids, leastShown }, () =>
        publish(console, `round-${round}`, load.updates),
      );
      await connect(watchers, load, `ws://127.0.0.1:${String(port)}`, null);
      await measure({ watchers, load, into: bare, faults, pids: [server.pid], leastShown: 1 }, async () => {
        const order: FanOutOrder = { type: "fan-out", updates: load.updates, everyMs };
        server.send(order);
        return (await server.next(ofType("fanned-out"))).sentAtMs as number[];
      });
    }
    return { ours, bare };
  } finally {
    await Promise.all([...watchers, server].map((child) => child.stop()));
    await console.stop();
  }
}

async function connect(
  watchers: readonly Child[],
  { clients }: FanOutLoad,
  url: string,
  cookie: string | null,
): Promise<void> {
  const order: WatchersOrder = { type: "connect", url, clients: clients / watchers.length, cookie };
  for (const child of watchers) child.send(order);
  await Promise.all(watchers.map((child) => child.next(ofType("connected"))));
}

/** As the kpi service does. @returns when each was handed to Redis, by `nowMs` */
async function publish({ redisUrl }: ConsoleProcess, stream: string, updates: number): Promise<number[]> {
  const redis = connectRedis(redisUrl, () => undefined);
  try {
    await redis.ping();
    const sentAtMs: number[] = [];
    const startMs = nowMs();
    for (let seq = 1; seq <= updates; seq++) {
      await sleep(Math.max(0, startMs + seq * everyMs - nowMs()));
      sentAtMs.push(nowMs());
      const picture = JSON.stringify(livePicture(stream, seq));
      await redis.xadd(kpiKeys.live, "MAXLEN", "~", 1_000, "*", "j", picture);
    }
    return sentAtMs;
  } finally {
    redis.disconnect();
  }
}

type Measuring = {
  readonly watchers: readonly Child[];
  readonly load: FanOutLoad;
  readonly into: FanOut;
  readonly faults: string[];
  /** Whose CPU counts. */
  readonly pids: readonly number[];
  /** The share of the updates that every client must have seen (0-1). */
  readonly leastShown: number;
};

async function measure(measuring: Measuring, send: () => Promise<number[]>): Promise<void> {
  const { watchers, load, into, faults, pids } = measuring;
  const before = await cpuSeconds(pids);
  const sentAtMs = await send();
  await sleep(lingerMs);
  into.cpuS.push((await cpuSeconds(pids)) - before);
  const tell: WatchersOrder = { type: "tell" };
  for (const child of watchers) child.send(tell);
  const told = (await Promise.all(
    watchers.map((child) => child.next(ofType("arrivals"))),
  )) as unknown as Arrivals[];
  const tookMs = told.flatMap(({ seqs, atMs }) =>
    seqs.map((seq, i) => (atMs[i] ?? Number.NaN) - (sentAtMs[seq - 1] ?? Number.NaN)),
  );
  into.p99Ms.push(quantile(tookMs, 0.99));
  faults.push(...faultsOf(told, load, measuring.leastShown));
}

/** Every client has seen the same updates, each once and in order; and enough of them. */
function faultsOf(told: readonly Arrivals[], load: FanOutLoad, leastShown: number): string[] {
  const byClient = new Map<string, number[]>();
  for (const [process, { seqs, clients }] of told.entries())
    for (const [i, seq] of seqs.entries()) {
      const client = `${process}/${clients[i]}`;
      const seen = byClient.get(client);
      if (seen === undefined) byClient.set(client, [seq]);
      else seen.push(seq);
    }
  const faults: string[] = [];
  if (byClient.size !== load.clients)
    faults.push(`${byClient.size} of ${load.clients} clients saw updates at all`);
  const shown = new Set([...byClient.values()].flat());
  const inOrder = [...shown].toSorted((a, b) => a - b).join();
  const others = [...byClient.values()].filter((seqs) => seqs.join() !== inOrder).length;
  if (others > 0) faults.push(`${others} clients did not see each update once and in order`);
  if (shown.size < leastShown * load.updates)
    faults.push(`only ${shown.size} of ${load.updates} updates were shown`);
  return faults;
}
