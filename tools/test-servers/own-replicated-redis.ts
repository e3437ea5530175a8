import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  findRedis,
  freePort,
  pingRedis,
  type RedisProgram,
  type RunningServer,
  startRedis,
  startServer,
} from "../servers/index.ts";
import { askRedis } from "./ask-redis.ts";
import { temporaryFolder } from "./own-server.ts";

/** The name under which the sentinels watch. */
const masterName = "tapline";
const servers = 3;
const readyWithinMs = 30_000;
/** Sentinels find each other by what they say on the master once in 2 s. */
const askAgainMs = 100;

/**
 * A Redis of your own with two replicas, durable as in production, which takes nothing without one of them, and three sentinels who watch it.
 * Stop it when done.
 * @param downAfterMs after which silence, ms, the sentinels hold a server for gone
 */
export async function ownReplicatedRedis(downAfterMs = 1_000) {
  const [password, dir, program] = [
    randomBytes(24).toString("hex"),
    await temporaryFolder(),
    await findRedis(),
  ];
  const ports = await Promise.all(Array.from({ length: servers }, () => freePort()));
  const running = new Map<number, RunningServer>();
  const ask = (port: number, command: string) => askRedis(port, password, command);
  /** @param master which one it follows as it starts; what sentinels told it before is gone with the process */
  const start = async (port: number, master: number): Promise<void> => {
    const settings = [
      ...[`masterauth ${password}`, "min-replicas-to-write 1", "min-replicas-max-lag 10"],
      ...["repl-diskless-sync-delay 0", "repl-backlog-ttl 0"],
      ...(port === master ? [] : [`replicaof 127.0.0.1 ${master}`]),
    ];
    running.set(
      port,
      await startRedis({ dataDir: join(dir, `redis-${port}`), port, password, settings, program }),
    );
  };
  const serverAt = (port: number): RunningServer => {
    const server = running.get(port);
    if (server === undefined) throw new Error(`no server of this Redis has port ${port}`);
    return server;
  };
  const [first = 0] = ports;
  for (const port of ports) await start(port, first);
  const watch = { dir, password, master: first, downAfterMs, program };
  const sentinels = await Promise.all(Array.from({ length: servers }, () => startSentinel(watch)));
  const masterPort = async (): Promise<number> => {
    const answer = await ask(sentinels[0]?.port ?? 0, `SENTINEL GET-MASTER-ADDR-BY-NAME ${masterName}`);
    return Number(/\$\d+\r\n(\d+)\r\n\+PONG/.exec(answer)?.[1]);
  };
  await untilWhole({ ask, sentinels, first });
  const addresses = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",");
  return {
    url: `redis-sentinel://:${password}@${addresses}/${masterName}?sentinelpassword=${password}`,
    ask,
    ports,
    sentinels,
    /** Which server the sentinels name. */
    masterPort,
    /** The server itself, past the sentinels. */
    urlOf: (port: number): string => `redis://:${password}@127.0.0.1:${port}`,
    pidOf: (port: number): number => serverAt(port).pid,
    /** Starts one that ended on what is left of its data, as a replica of who is the master by now. */
    startAgain: async (port: number): Promise<void> => {
      await serverAt(port).exited;
      await start(port, await masterPort());
    },
    stop: async (): Promise<void> => {
      for (const server of [...sentinels, ...running.values()]) signal(server.pid, "SIGCONT");
      await Promise.all([...sentinels, ...running.values()].map((server) => server.stop()));
    },
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}

type Watch = Readonly<{
  dir: string;
  password: string;
  master: number;
  downAfterMs: number;
  program: RedisProgram;
}>;

async function startSentinel({ dir, password, master, downAfterMs, program }: Watch): Promise<RunningServer> {
  const port = await freePort();
  const file = join(dir, `sentinel-${port}.conf`);
  // It keeps what it learns in its own settings, so they are a file.
  const settings = [
    ...["bind 127.0.0.1", `port ${port}`, `requirepass ${password}`, `dir "${dir}"`, "daemonize no"],
    `sentinel monitor ${masterName} 127.0.0.1 ${master} 2`,
    ...[`sentinel auth-pass ${masterName} ${password}`, `sentinel sentinel-pass ${password}`],
    ...[`sentinel down-after-milliseconds ${masterName} ${downAfterMs}`],
    ...[`sentinel failover-timeout ${masterName} 5000`, `sentinel parallel-syncs ${masterName} 1`, ""],
  ];
  await writeFile(file, settings.join("\n"), { mode: 0o600 });
  const env = program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath };
  return startServer({
    ...{ name: "Redis Sentinel", program: program.path, args: [file, "--sentinel"] },
    ...{ options: { cwd: dir, env }, logFile: join(dir, `sentinel-${port}.log`), url: "", port },
    ...{ stopSignal: "SIGTERM", isReady: () => pingRedis(port, password), readyTimeoutMs: readyWithinMs },
  });
}

type Whole = Readonly<{
  ask: (port: number, command: string) => Promise<string>;
  sentinels: readonly RunningServer[];
  /** Port of the first master. */
  first: number;
}>;

/** Both replicas follow, and each sentinel knows of them and of the other two: from here on a failover finds its way. */
async function untilWhole({ ask, sentinels, first }: Whole): Promise<void> {
  const end = Date.now() + readyWithinMs;
  const isWhole = async (): Promise<boolean> => {
    const info = await ask(first, "INFO replication");
    if ((info.match(/state=online/g) ?? []).length < servers - 1) return false;
    const seen = await Promise.all(sentinels.map(({ port }) => ask(port, "INFO sentinel")));
    return seen.every((each) => each.includes(`status=ok,address=127.0.0.1:${first},slaves=2,sentinels=3`));
  };
  while (!(await isWhole())) {
    if (Date.now() > end) throw new Error("the replicas or the sentinels of Redis did not come together");
    await sleep(askAgainMs);
  }
}
