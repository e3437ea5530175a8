import { createHash, timingSafeEqual } from "node:crypto";
import { TaplineError } from "@tapline/core/kernel";
import type { SFTPWrapper, Client as SshClient } from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { InFlight } from "./in-flight.ts";
import { mapConnectError } from "./map-error.ts";
import { readHostKeyPins, readSftpUrl, type SftpSettings } from "./sftp-settings.ts";
import type { Throttle } from "./throttle.ts";

/** What ssh2 calls back with: an error or nothing, then the result. */
type Reply<T> = (error?: Error | null, result?: T) => void;

/** AES-GCM first: with ssh2's native part it is the fastest cipher by far. */
const ciphers = [
  "aes256-gcm@openssh.com",
  "aes128-gcm@openssh.com",
  "chacha20-poly1305@openssh.com",
  "aes256-ctr",
  "aes128-ctr",
] as const;
const hostKeys = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"] as const;
const endTimeoutMs = 2_000;

/**
 * Pieces in flight. Over a long line many are needed to fill it. On a near one they only pile up inside sshd, which moves what has
 * piled up for each packet: with 64 it took five times the CPU of 16 and served half as much.
 */
const [piecesFar, piecesNear] = [64, 16];
/** A server whose fastest answer took less is near: 16 pieces in 5 ms are 100 MB/s. */
const nearMs = 5;

/** One living connection. When it is lost every call on it fails, also those under way; it never comes back. */
export class SftpSession {
  readonly sftp: SFTPWrapper;
  /** The limit of the line, shared by all connections over it; null = none. */
  readonly throttle: Throttle | null;
  /** Pieces of files that are under way on this connection. */
  readonly inFlight = new InFlight(() => (this.#fastestMs < nearMs ? piecesNear : piecesFar));
  readonly #client: SftpClient;
  readonly #pending = new Map<(reason: unknown) => void, number>();
  readonly #watch: NodeJS.Timeout;
  #lost: Error | null = null;
  #fastestMs = Number.POSITIVE_INFINITY;

  constructor(client: SftpClient, sftp: SFTPWrapper, throttle: Throttle | null, callTimeoutMs: number) {
    this.sftp = sftp;
    this.throttle = throttle;
    this.#client = client;
    this.#watch = setInterval(() => this.#checkOldest(callTimeoutMs), Math.min(1_000, callTimeoutMs));
    this.#watch.unref();
  }

  get alive(): boolean {
    return this.#lost === null;
  }

  /** Whether the server advertised an extension, such as `fsync@openssh.com`. */
  offers(extension: string): boolean {
    const offered: unknown = Reflect.get(this.sftp, "_extensions");
    return typeof offered === "object" && offered !== null && extension in offered;
  }

  /** One request: `start` hands ssh2 the callback. */
  call<T>(start: (reply: Reply<T>) => void): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    if (this.#lost !== null) return Promise.reject(this.#lost);
    const askedAt = performance.now();
    this.#pending.set(reject, askedAt);
    try {
      start((error, result) => {
        this.#pending.delete(reject);
        this.#fastestMs = Math.min(this.#fastestMs, performance.now() - askedAt);
        if (error) reject(error);
        else resolve(result as T);
      });
    } catch (error) {
      this.#pending.delete(reject);
      reject(error);
    }
    return promise;
  }

  /** Declares the connection lost: what is under way fails with `reason`. */
  lose(reason: Error): void {
    if (this.#lost !== null) return;
    this.#lost = reason;
    clearInterval(this.#watch);
    for (const reject of this.#pending.keys()) reject(reason);
    this.#pending.clear();
  }

  /** Ends the connection; resolves within 2 s whatever the server does. */
  async end(): Promise<void> {
    this.lose(new Error("the connection was closed"));
    const timer = new AbortController();
    const ended = this.#client.end().then(
      () => undefined,
      () => undefined,
    );
    await Promise.race([ended, sleepUntil(endTimeoutMs, timer.signal)]);
    timer.abort();
    sshOf(this.#client).destroy();
  }

  #checkOldest(callTimeoutMs: number): void {
    const [oldest] = this.#pending.values();
    if (oldest === undefined || performance.now() - oldest < callTimeoutMs) return;
    this.lose(new Error(`no answer within ${callTimeoutMs} ms`));
    sshOf(this.#client).destroy();
  }
}

/**
 * Connects with a pinned host key.
 * @param signal ends it at once
 * @throws TaplineError `unavailable`, `misconfigured`; the signal's reason
 */
export async function openSftpSession(
  settings: SftpSettings,
  throttle: Throttle | null,
  signal: AbortSignal,
): Promise<SftpSession> {
  const { host, port, user } = readSftpUrl(settings.url);
  const pins = readHostKeyPins(settings.hostKeyPin);
  const address = `${host}:${port}`;
  const state: { session?: SftpSession; level?: string; offered?: string } = {};
  const lost = (why: string) => () => state.session?.lose(new Error(why));
  const client = new SftpClient("tapline", {
    error: lost("the connection failed"),
    end: lost("the server ended the connection"),
    close: lost("the connection was closed"),
  });
  const ssh = sshOf(client);
  ssh.on("error", (error) => {
    if (error.level !== undefined) state.level = error.level;
  });
  ssh.on("connect", () => ssh.setNoDelay(true));
  const verify = (key: Buffer): boolean => {
    const digest = createHash("sha256").update(key).digest();
    state.offered = `SHA256:${digest.toString("base64").replace(/=+$/, "")}`;
    return pins.some((pin) => timingSafeEqual(digest, pin));
  };
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    const connected = client.connect({
      host,
      port,
      username: user,
      privateKey: settings.privateKey,
      hostVerifier: verify,
      algorithms: { cipher: [...ciphers], serverHostKey: [...hostKeys] },
      readyTimeout: settings.connectTimeoutMs ?? 10_000,
      keepaliveInterval: settings.keepaliveMs ?? 5_000,
      keepaliveCountMax: 3,
    });
    const sftp = await Promise.race([connected, aborted.promise]);
    state.session = new SftpSession(client, sftp, throttle, settings.callTimeoutMs ?? 30_000);
    sftp.on("close", lost("the SFTP channel was closed"));
    return state.session;
  } catch (error) {
    ssh.destroy();
    signal.throwIfAborted();
    if (state.offered !== undefined && !isPinned(state.offered, pins))
      throw hostKeyChanged(address, state.offered);
    if (state.offered === undefined && isKeyFault(error)) throw unreadableKey(error);
    throw mapConnectError(error, address, state.level);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function isPinned(offered: string, pins: readonly Buffer[]): boolean {
  const digest = Buffer.from(offered.slice("SHA256:".length), "base64");
  return pins.some((pin) => pin.equals(digest));
}

/** ssh2 throws this before it connects; its only sign is the missing code and socket. */
function isKeyFault(error: unknown): boolean {
  return error instanceof Error && !("code" in error) && !("level" in error);
}

function unreadableKey(cause: unknown): TaplineError {
  return new TaplineError("misconfigured", "the archive's private key cannot be read", {
    remedy: "Set TAPLINE_ARCHIVE_KEY to an unencrypted private key in OpenSSH's form.",
    cause,
  });
}

function hostKeyChanged(address: string, offered: string): TaplineError {
  return new TaplineError(
    "misconfigured",
    `the archive at ${address} shows another host key than the pinned one`,
    {
      remedy:
        "If the server's key was changed on purpose, run tapline archive repin; if not, somebody stands between.",
      facts: { offered },
    },
  );
}

/** ssh2's own client, which ssh2-sftp-client holds: for what that does not pass on. */
function sshOf(client: SftpClient): SshClient {
  return (client as unknown as { client: SshClient }).client;
}

function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}
