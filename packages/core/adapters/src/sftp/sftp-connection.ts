import { setTimeout as sleep } from "node:timers/promises";
import { TaplineError } from "@tapline/core/kernel";
import { mapSftpError } from "./map-error.ts";
import { openSftpSession, type SftpSession } from "./sftp-session.ts";
import type { SftpSettings } from "./sftp-settings.ts";

/** Keeps one connection: opens it on the first call, and anew on the next call after it was lost, with back-off. */
export class SftpConnection {
  readonly #settings: SftpSettings;
  readonly #greet: (session: SftpSession) => Promise<void>;
  readonly #closing = new AbortController();
  #session: SftpSession | null = null;
  #opening: Promise<SftpSession> | null = null;
  /** Attempts since something last worked; a lost connection counts as one. */
  #failures = 0;

  /** @param greet checks a new connection before it is used */
  constructor(settings: SftpSettings, greet: (session: SftpSession) => Promise<void>) {
    this.#settings = settings;
    this.#greet = greet;
  }

  /** Runs requests on the connection; whatever fails becomes a TaplineError. @param what names them in errors */
  async run<T>(what: string, requests: (session: SftpSession) => Promise<T>): Promise<T> {
    const session = await this.#alive();
    try {
      const result = await requests(session);
      this.#failures = 0;
      return result;
    } catch (error) {
      throw mapSftpError(error, what);
    }
  }

  /** Ends the connection within 2 s; later calls are refused. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#opening?.catch(() => undefined);
    await this.#session?.end();
  }

  async #alive(): Promise<SftpSession> {
    if (this.#closing.signal.aborted) throw closed();
    if (this.#session?.alive === true) return this.#session;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<SftpSession> {
    if (this.#session !== null) this.#failures = Math.max(1, this.#failures);
    this.#session = null;
    await this.#backOff();
    try {
      const session = await openSftpSession(this.#settings);
      this.#session = session;
      await this.#greet(session);
      if (this.#closing.signal.aborted) throw closed();
      return session;
    } catch (error) {
      this.#failures += 1;
      await this.#session?.end();
      this.#session = null;
      throw mapSftpError(error, "connecting to the archive");
    }
  }

  async #backOff(): Promise<void> {
    if (this.#failures === 0) return;
    const { backoffMinMs = 100, backoffMaxMs = 10_000 } = this.#settings;
    const waitMs = Math.min(backoffMaxMs, backoffMinMs * 2 ** (this.#failures - 1));
    await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => {
      throw closed();
    });
  }
}

function closed(): TaplineError {
  return new TaplineError("unavailable", "the connection to the archive was closed by us");
}
