import { TaplineError } from "@tapline/core/kernel";
import { mapSftpError } from "./map-error.ts";
import { openSftpSession, type SftpSession } from "./sftp-session.ts";
import type { SftpSettings } from "./sftp-settings.ts";
import type { Throttle } from "./throttle.ts";

/** A connection that is made on the first call, and anew on the next call after it was lost. */
export class SftpConnection {
  readonly #settings: SftpSettings;
  readonly #throttle: Throttle | null;
  readonly #greet: (session: SftpSession) => Promise<void>;
  #session: SftpSession | null = null;
  #opening: Promise<SftpSession> | null = null;
  readonly #closing = new AbortController();

  /** @param greet checks a new connection before it is used */
  constructor(
    settings: SftpSettings,
    throttle: Throttle | null,
    greet: (session: SftpSession) => Promise<void>,
  ) {
    this.#settings = settings;
    this.#throttle = throttle;
    this.#greet = greet;
  }

  /** Runs requests on the connection; whatever fails becomes a TaplineError. @param what names them in errors */
  async run<T>(what: string, requests: (session: SftpSession) => Promise<T>): Promise<T> {
    const session = await this.#alive();
    try {
      return await requests(session);
    } catch (error) {
      throw mapSftpError(error, what);
    }
  }

  /** Ends the connection within 2 s, one that is being made at once; later calls are refused. */
  async close(): Promise<void> {
    this.#closing.abort(closedByUs());
    await this.#session?.end();
    await this.#opening?.catch(() => undefined);
  }

  async #alive(): Promise<SftpSession> {
    this.#closing.signal.throwIfAborted();
    if (this.#session?.alive === true) return this.#session;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  async #open(): Promise<SftpSession> {
    this.#session = null;
    const { signal } = this.#closing;
    try {
      const session = await openSftpSession(this.#settings, this.#throttle, signal);
      this.#session = session;
      signal.throwIfAborted();
      await this.#greet(session);
      signal.throwIfAborted();
      return session;
    } catch (error) {
      await this.#session?.end();
      this.#session = null;
      throw mapSftpError(error, "connecting to the archive");
    }
  }
}

/** What a call hears after `close`. */
export function closedByUs(): TaplineError {
  return new TaplineError("unavailable", "the connection to the archive was closed by us");
}
