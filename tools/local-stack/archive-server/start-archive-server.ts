import { constants } from "node:fs";
import { access, mkdir, realpath } from "node:fs/promises";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { messageOf, TaplineError } from "@tapline/core/kernel";
import ssh2, { type Connection } from "ssh2";
import { admitByKey } from "./admit-client.ts";
import type { ArchiveFilesOptions } from "./archive-files.ts";
import { parseSshKey } from "./generate-ssh-key-pair.ts";
import type { Writing } from "./open-handles.ts";
import { serveSftp } from "./serve-sftp.ts";

export interface ArchiveServerOptions {
  /** The archive's root on disk; made (0700) where absent. */
  readonly dir: string;
  /** The server's private key, OpenSSH form. */
  readonly hostKey: string;
  /** The public key of the one client, a line as in authorized_keys. */
  readonly clientKey: string;
  /** Default 0: any free one. */
  readonly port?: number;
  /** Default "tapline". */
  readonly user?: string;
  /** Default 72 MiB: an object holds at most 64. */
  readonly maxFileBytes?: number;
  /** A client that has not signed in by then, counted from its connecting, is cut off. Default 10,000. */
  readonly signInTimeoutMs?: number;
}

export interface ArchiveServer {
  readonly port: number;
  /** Ends all connections and the server. */
  stop(): Promise<void>;
}

const loopback = "127.0.0.1";
const maxConnections = 32;
const maxChannels = 16;
const signInTimeoutMs = 10_000;

/** Starts the embedded SFTP archive: loopback alone, SFTP alone, one key, write-once. */
export async function startArchiveServer(options: ArchiveServerOptions): Promise<ArchiveServer> {
  const root = await openRoot(options.dir);
  parseSshKey(options.hostKey, "the archive server's host key");
  const clientKey = parseSshKey(options.clientKey, "the archive client's public key");
  const deadlines = new Deadlines(options.signInTimeoutMs ?? signInTimeoutMs);
  const ssh = new ssh2.Server({
    hostKeys: [options.hostKey],
    ident: "tapline-archive",
    algorithms: { cipher: ["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr"] },
  });
  const writing: Writing = new Set();
  ssh.on("connection", (client, { ip, port }) => {
    client.on("error", () => client.end());
    withoutDelay(client);
    client.on("ready", () => deadlines.lift(`${ip}:${port}`));
    admitByKey(client, options.user ?? "tapline", clientKey);
    serveChannels(client, { root, writing, maxFileBytes: options.maxFileBytes ?? 72 * 1024 * 1024 });
  });
  // A server of our own in front of ssh2's, which tells of a client only once it has sent its SSH header.
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    deadlines.set(socket);
    ssh.injectSocket(socket);
  });
  server.maxConnections = maxConnections;
  const port = await listen(server, options.port ?? 0);
  return { port, stop: () => stop(server, sockets) };
}

/** Until when each connection must have signed in, by the client's address and port. */
class Deadlines {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #withinMs: number;

  constructor(withinMs: number) {
    this.#withinMs = withinMs;
  }

  set(socket: Socket): void {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`;
    this.#timers.set(
      peer,
      setTimeout(() => socket.destroy(), this.#withinMs),
    );
    socket.on("close", () => this.lift(peer));
  }

  lift(peer: string): void {
    clearTimeout(this.#timers.get(peer));
    this.#timers.delete(peer);
  }
}

/** Sessions may open SFTP and nothing else: ssh2 refuses shells, programs and forwarding that nobody listens for. */
function serveChannels(client: Connection, files: ArchiveFilesOptions): void {
  let channels = 0;
  client.on("session", (accept, reject) => {
    if (channels >= maxChannels) {
      reject();
      return;
    }
    channels += 1;
    const session = accept();
    session.on("close", () => {
      channels -= 1;
    });
    session.once("sftp", (acceptSftp) => {
      const sftp = acceptSftp();
      const release = serveSftp(sftp, files);
      let released = false;
      const leave = () => {
        if (!released) void release();
        released = true;
      };
      sftp.on("error", () => client.end());
      sftp.on("end", leave);
      sftp.on("close", leave);
      client.on("close", leave);
    });
  });
}

/** Answers are small and waited for: Nagle's algorithm would hold them back. (The types lack this method.) */
function withoutDelay(client: Connection): void {
  (client as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
}

async function openRoot(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
    return await realpath(dir);
  } catch (cause) {
    throw new TaplineError("misconfigured", `the archive folder ${dir} cannot be used: ${messageOf(cause)}`, {
      remedy: "Make it a folder that this user may write, or name another one.",
      cause,
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: Error) => {
      reject(
        new TaplineError(
          "misconfigured",
          `the archive server cannot listen on port ${port}: ${cause.message}`,
          {
            remedy: "End what uses the port, or set TAPLINE_ARCHIVE_PORT to 0.",
            cause,
          },
        ),
      );
    });
    server.listen(port, loopback, () => resolve((server.address() as AddressInfo).port));
  });
}

async function stop(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.end();
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  for (const socket of sockets) socket.destroy();
}
