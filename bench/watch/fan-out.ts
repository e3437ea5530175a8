import { setTimeout as sleep } from "node:timers/promises";
import { type Child, ofType, startChild } from "../child.ts";
import { cpuSeconds } from "../cpu-seconds.ts";
import { baseEnvironment } from "../installation/index.ts";
import { quantile } from "../report.ts";
import { publishPictures } from "../site/publish-pictures.ts";
import { startConsole } from "../site/start-console.ts";
import { startStores } from "../site/start-stores.ts";
import type { FanOutOrder } from "./bare-ws.ts";
import type { Arrivals, WatchersOrder } from "./watchers.ts";

const watcherProcesses = 2;
const everyMs = 50;
/** What is on its way when the last update has left gets so long to arrive. */
const lingerMs = 1_000;

export type FanOut = {
  /** Until a client saw an update, or a newer one: of all updates, shown or not. */
  readonly p99Ms: number[];
  /** For each update that was shown. */
  readonly cpuMs: number[];
  /** Updates that were shown, among all (0-1). */
  readonly shown: number[];
};
export type FanOutLoad = { readonly clients: number; readonly updates: number; readonly rounds: number };

/**
 * Updates, 20 a second, to so many connected consoles: by the console's own server, from the Redis stream that the kpi service
 * writes; and by a bare server of WebSockets that sends the same bytes. In turn, to the same two processes of watchers. Where the
 * console lags it leaves pictures out and shows the newest: what is left out counts as late as the next one that is shown.
 */
export async function fanOut(
  load: FanOutLoad,
  faults: string[],
  say: (line: string) => void,
): Promise<{ ours: FanOut; bare: FanOut }> {
  const ours: FanOut = { p99Ms: [], cpuMs: [], shown: [] };
  const bare: FanOut = { p99Ms: [], cpuMs: [], shown: [] };
  const stores = await startStores();
  const console = await startConsole(stores);
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
      await measure(
        { watchers, load, into: ours, faults, pids: [console.pid, stores.redisPid], mayLeaveOut: true },
        () =>
          publishPictures(stores.redisUrl, {
            stream: `round-${round}`,
            updates: load.updates,
            everyMs: () => everyMs,
          }),
      );
      await connect(watchers, load, `ws://127.0.0.1:${String(port)}`, null);
      await measure(
        { watchers, load, into: bare, faults, pids: [server.pid], mayLeaveOut: false },
        async () => {
          const order: FanOutOrder = { type: "fan-out", updates: load.updates, everyMs };
          server.send(order);
          return (await server.next(ofType("fanned-out"))).sentAtMs as number[];
        },
      );
    }
    return { ours, bare };
  } finally {
    await Promise.all([...watchers, server].map((child) => child.stop()));
    await console.stop();
    await stores.stop();
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

type Measuring = {
  readonly watchers: readonly Child[];
  readonly load: FanOutLoad;
  readonly into: FanOut;
  readonly faults: string[];
  /** Whose CPU counts. */
  readonly pids: readonly number[];
  /** Whether updates may be left out, other than the last. */
  readonly mayLeaveOut: boolean;
};

async function measure(measuring: Measuring, send: () => Promise<number[]>): Promise<void> {
  const { watchers, load, into, faults, pids } = measuring;
  const before = await cpuSeconds(pids);
  const sentAtMs = await send();
  await sleep(lingerMs);
  const cpuMs = ((await cpuSeconds(pids)) - before) * 1_000;
  const tell: WatchersOrder = { type: "tell" };
  for (const child of watchers) child.send(tell);
  const told = (await Promise.all(
    watchers.map((child) => child.next(ofType("arrivals"))),
  )) as unknown as Arrivals[];
  const seen = seenByClient(told);
  const shown = new Set([...seen.values()].flatMap((arrived) => arrived.map(({ seq }) => seq)));
  into.p99Ms.push(
    quantile(
      [...seen.values()].flatMap((arrived) => delaysMs(arrived, sentAtMs)),
      0.99,
    ),
  );
  into.cpuMs.push(cpuMs / shown.size);
  into.shown.push(shown.size / load.updates);
  faults.push(...faultsOf(seen, shown, measuring));
}

type Seen = { readonly seq: number; readonly atMs: number };

function seenByClient(told: readonly Arrivals[]): Map<string, Seen[]> {
  const byClient = new Map<string, Seen[]>();
  for (const [process, { seqs, atMs, clients }] of told.entries())
    for (const [i, seq] of seqs.entries()) {
      const client = `${process}/${clients[i]}`;
      const one = { seq, atMs: atMs[i] ?? Number.NaN };
      const seen = byClient.get(client);
      if (seen === undefined) byClient.set(client, [one]);
      else seen.push(one);
    }
  return byClient;
}

/** How long each update took to be seen by a client, or to be overtaken by a newer one. */
function delaysMs(seen: readonly Seen[], sentAtMs: readonly number[]): number[] {
  let next = 0;
  return sentAtMs.flatMap((sentMs, i) => {
    while ((seen[next]?.seq ?? Number.POSITIVE_INFINITY) <= i) next++;
    const arrived = seen[next];
    return arrived === undefined ? [] : [arrived.atMs - sentMs];
  });
}

/** Every client has seen the same updates, each once and in order, and the last; a bare server leaves none out. */
function faultsOf(
  seen: ReadonlyMap<string, readonly Seen[]>,
  shown: ReadonlySet<number>,
  { load, mayLeaveOut }: Measuring,
): string[] {
  const faults: string[] = [];
  if (seen.size !== load.clients) faults.push(`${seen.size} of ${load.clients} clients saw updates at all`);
  const inOrder = [...shown].toSorted((a, b) => a - b).join();
  const others = [...seen.values()].filter((arrived) => arrived.map(({ seq }) => seq).join() !== inOrder);
  if (others.length > 0) faults.push(`${others.length} clients did not see each update once and in order`);
  if (!shown.has(load.updates)) faults.push("nobody saw the last update");
  if (!mayLeaveOut && shown.size < load.updates)
    faults.push(`only ${shown.size} of ${load.updates} updates came`);
  return faults;
}
