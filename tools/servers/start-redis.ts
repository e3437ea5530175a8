import { randomBytes } from "node:crypto";
import { mkdir, realpath } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { findRedis, type RedisProgram } from "./find-redis.ts";
import { freePort } from "./free-port.ts";
import { type PeerFiles, peerParameters, readPeer } from "./peer-files.ts";
import { type RunningServer, startServer } from "./running-server.ts";
import { stopLeftover } from "./stop-process.ts";

/** How a Redis of ours is started. */
export type RedisOptions = Readonly<{
  /** Its folder; made where it is missing, 0700. */
  dataDir: string;
  /** Default: `redis.log` in `dataDir`. */
  logFile?: string;
  /** Default: any free port. */
  port?: number;
  /** Hexadecimal. Default: a new random one. */
  password?: string;
  /** True: an answered write is on disk (AOF, `appendfsync always`). False: memory alone, for tests. Default true. */
  durable?: boolean;
  /** With it: nobody without TLS and a certificate of the same authority, and the URL names these files. */
  tls?: PeerFiles;
  /** Further lines of its settings. */
  settings?: readonly string[];
  program?: RedisProgram;
}>;

/** One PING over a connection of its own: true where the server has loaded its data and lets us in. */
export async function pingRedis(port: number, password: string, tls?: PeerFiles): Promise<boolean> {
  const host = "127.0.0.1";
  const peer = tls === undefined ? undefined : await readPeer(tls);
  return ping(peer === undefined ? connect(port, host) : connectTls({ port, host, ...peer }), password);
}

function ping(socket: Socket, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    let answer = "";
    const end = (isReady: boolean) => {
      socket.destroy();
      resolve(isReady);
    };
    socket.setTimeout(1_000, () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (answer.includes("+PONG")) end(true);
      else if (/^-/m.test(answer)) end(false);
    });
    socket.write(`AUTH ${password}\r\nPING\r\n`);
  });
}

function settings(
  dataDir: string,
  port: number,
  password: string,
  { durable = true, tls, settings: more = [] }: RedisOptions,
): string {
  return [
    "bind 127.0.0.1",
    ...(tls === undefined
      ? [`port ${port}`]
      : [
          ...["port 0", `tls-port ${port}`, "tls-auth-clients yes", `tls-ca-cert-file "${tls.ca}"`],
          ...[`tls-cert-file "${tls.cert}"`, `tls-key-file "${tls.key}"`],
        ]),
    `requirepass ${password}`,
    "protected-mode yes",
    "daemonize no",
    `dir "${dataDir}"`,
    `pidfile "${join(dataDir, "redis.pid")}"`,
    'save ""',
    `appendonly ${durable ? "yes" : "no"}`,
    "appendfsync always",
    // What was deleted stays in the file until it is rewritten. At 16 MiB that was a sixth of what Redis cost.
    "auto-aof-rewrite-percentage 100",
    "auto-aof-rewrite-min-size 64mb",
    // Four times what the buffer may hold by default; without it Redis would take what the machine has.
    "maxmemory 1gb",
    "maxmemory-policy noeviction",
    ...more,
    "",
  ].join("\n");
}

/** Starts Redis on loopback. What an earlier run left running in `dataDir` is ended first. */
export async function startRedis(options: RedisOptions): Promise<RunningServer> {
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const dataDir = await realpath(options.dataDir);
  const program = options.program ?? (await findRedis());
  const password = options.password ?? randomBytes(24).toString("hex");
  const port = options.port ?? (await freePort());
  await stopLeftover(dataDir, "redis.pid", "SIGTERM");
  const env = program.libraryPath === undefined ? {} : { LD_LIBRARY_PATH: program.libraryPath };
  return startServer({
    name: "Redis",
    program: program.path,
    args: ["-"],
    options: { cwd: dataDir, env },
    stdin: settings(dataDir, port, password, options),
    logFile: options.logFile ?? join(dataDir, "redis.log"),
    url: `redis${options.tls === undefined ? "" : "s"}://:${password}@127.0.0.1:${port}${peerParameters(options.tls)}`,
    port,
    stopSignal: "SIGTERM",
    isReady: () => pingRedis(port, password, options.tls),
    readyTimeoutMs: 60_000,
  });
}
