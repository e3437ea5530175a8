import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaplineError } from "@tapline/core/kernel";
import {
  freePort,
  pathExists,
  type RunningServer,
  readServersConfig,
  removeWhenGone,
  requirePort,
  runCommand,
  startServer,
} from "../../servers/index.ts";
import { type InsertedCard, insertCard } from "./insert-card.ts";
import { findPcscParts, type PcscParts } from "./pcsc-parts.ts";
import type { VirtualCard } from "./virtual-card.ts";

/** A reader of the private pcscd. */
export type VirtualReader = {
  /** As PC/SC names it. */
  name: string;
  /** Lays a card on it; resolves once the daemon has seen it and asked for its answer to reset. */
  insert: (card: VirtualCard) => Promise<InsertedCard>;
};

/** A real pcscd of one's own, with virtual readers. */
export type Pcscd = {
  /** For PCSCLITE_CSOCK_NAME. */
  socketPath: string;
  readers: readonly VirtualReader[];
  pid: () => number;
  /** Ends the daemon: "SIGKILL" as a crash, else in good order. */
  stop: (signal?: "SIGKILL") => Promise<void>;
  /** Starts it anew with the same readers. */
  restart: () => Promise<void>;
};

export type PcscdOptions = {
  /** 1 to 16, pcscd's own bound. They come in pairs: of an odd number the daemon has one more than is told of. */
  readers: number;
  /** What readers are called, before their number; "ACS ACR122U" makes them such to programs. */
  friendlyName?: string;
  /** How often the daemon looks for cards, ms; default 10. */
  pollMs?: number;
};

/** Readers of one configuration entry: the driver opens two ports. */
const slotsPerEntry = 2;

async function compiledShim(gcc: string): Promise<string> {
  const source = join(import.meta.dirname, "pcscd-shim.c");
  const digest = createHash("sha256")
    .update(await readFile(source))
    .digest("hex")
    .slice(0, 16);
  const { cacheDir } = readServersConfig();
  const path = join(cacheDir, `pcscd-shim-${digest}.so`);
  if (await pathExists(path)) return path;
  await mkdir(cacheDir, { recursive: true });
  const part = `${path}.${process.pid}`;
  await runCommand(gcc, ["-shared", "-fPIC", "-O2", "-o", part, source, "-ldl"]);
  await rename(part, path);
  return path;
}

/** Two ports, one behind the other, that nobody listens on. */
async function freePortPair(): Promise<number> {
  for (;;) {
    const first = await freePort();
    const isFree = await requirePort(first + 1, "the port behind it").then(
      () => true,
      () => false,
    );
    if (isFree && first < 65_000) return first;
  }
}

async function writeEntries(dir: string, driver: string, options: PcscdOptions): Promise<number[]> {
  const entries: string[] = [];
  const ports: number[] = [];
  const name = options.friendlyName ?? "Virtual NFC";
  for (let entry = 0; entry * slotsPerEntry < options.readers; entry += 1) {
    // A copy for each: entries that share one driver file share its state, too.
    const library = join(dir, `libifdvpcd-${entry}.so`);
    await copyFile(driver, library);
    let port = await freePortPair();
    while (ports.includes(port) || ports.includes(port + 1)) port = await freePortPair();
    ports.push(port, port + 1);
    const hex = `0x${port.toString(16).toUpperCase()}`;
    entries.push(
      [
        `FRIENDLYNAME "${name} ${entry}"`,
        `DEVICENAME /dev/null:${hex}`,
        `LIBPATH ${library}`,
        `CHANNELID ${hex}`,
        "",
      ].join("\n"),
    );
  }
  await mkdir(join(dir, "conf"));
  await writeFile(join(dir, "conf/vpcd"), entries.join("\n"));
  return ports.slice(0, options.readers);
}

function listens(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** The daemon has its folder compiled in: in a mount namespace of its own it gets ours there, and no USB drivers. */
const enter = [
  "mount -t tmpfs tmpfs /run",
  "mkdir /run/pcscd",
  'mount --bind "$0/run" /run/pcscd',
  "mount -t tmpfs tmpfs /usr/lib/pcsc/drivers",
  'exec "$1" --foreground --config "$0/conf"',
].join(" && ");

function launch(dir: string, parts: PcscParts, shim: string, pollMs: number): Promise<RunningServer> {
  const socketPath = join(dir, "run/pcscd.comm");
  return startServer({
    name: "pcscd",
    program: parts.unshare,
    args: [...parts.unshareArgs, "sh", "-c", enter, dir, parts.pcscd],
    options: {
      cwd: dir,
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", PCSCD_POLL_MS: String(pollMs), LD_PRELOAD: shim },
    },
    logFile: join(dir, "pcscd.log"),
    url: socketPath,
    port: 0,
    stopSignal: "SIGTERM",
    isReady: () => listens(socketPath),
    readyTimeoutMs: 30_000,
  });
}

/** Starts a pcscd that shares nothing with the machine's. Stop it when done. @throws unavailable naming what is missing */
export async function startPcscd(options: PcscdOptions): Promise<Pcscd> {
  const parts = await findPcscParts();
  if ("missing" in parts)
    throw new TaplineError("unavailable", parts.missing, { remedy: "see that part of the message" });
  const dir = await mkdtemp(join(tmpdir(), "tapline-pcscd-"));
  removeWhenGone(dir);
  await mkdir(join(dir, "run"));
  const [shim, ports] = await Promise.all([
    compiledShim(parts.gcc),
    writeEntries(dir, parts.driver, options),
  ]);
  const start = () => launch(dir, parts, shim, options.pollMs ?? 10);
  let server = await start();
  const friendlyName = options.friendlyName ?? "Virtual NFC";
  return {
    socketPath: join(dir, "run/pcscd.comm"),
    readers: ports.map((port, index) => ({
      name: `${friendlyName} ${index >> 1} 00 0${index & 1}`,
      insert: (card) => insertCard(port, card),
    })),
    pid: () => server.pid,
    stop: async (signal) => {
      if (signal === "SIGKILL") {
        process.kill(server.pid, signal);
        await server.exited;
      }
      await server.stop();
    },
    restart: async () => {
      await rm(join(dir, "run"), { recursive: true, force: true });
      await mkdir(join(dir, "run"));
      server = await start();
    },
  };
}
