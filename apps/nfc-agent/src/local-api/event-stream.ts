import type { ServerResponse } from "node:http";
import { TaplineError } from "@tapline/core/kernel";
import type { EventLog, LoggedEvent } from "./event-log.ts";

export type EventStreamOptions = {
  log: EventLog;
  /** A comment is sent this often, so that both sides notice a cut wire, ms. */
  heartbeatMs: number;
  /** A client that has this much unread is cut. */
  maxUnreadBytes: number;
  maxClients: number;
};

/** Serves the agent's events to many clients (server-sent events, HTML §9.2). A slow client is cut, never the agent. */
export class EventStream {
  readonly #options: EventStreamOptions;
  readonly #clients = new Set<ServerResponse>();

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** @throws overloaded where as many listen as may */
  refuseIfFull(): void {
    if (this.#clients.size < this.#options.maxClients) return;
    throw new TaplineError(
      "overloaded",
      `${this.#clients.size} clients listen already, which is all that may`,
    );
  }

  /** @param after the id of the last event that the client has; null for what comes from now on */
  serve(response: ServerResponse, after: string | null, headers: Readonly<Record<string, string>>): void {
    const { log, heartbeatMs } = this.#options;
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    this.#clients.add(response);
    const write = (text: string) => this.#write(response, text);
    write("retry: 1000\n\n");
    const heartbeat = setInterval(() => write(": heartbeat\n\n"), heartbeatMs);
    // Told before the events that are left, so that a client knows of the hole first.
    const missedFirst: LoggedEvent[] = [];
    let isLive = false;
    const { missed, end } = log.follow(after, (event) => {
      if (isLive) write(frameOf(event));
      else missedFirst.push(event);
    });
    isLive = true;
    if (missed) write("event: missed\ndata: {}\n\n");
    for (const event of missedFirst) write(frameOf(event));
    response.once("close", () => {
      clearInterval(heartbeat);
      end();
      this.#clients.delete(response);
    });
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
  }

  #write(response: ServerResponse, text: string): void {
    if (response.destroyed) return;
    response.write(text);
    if (response.writableLength > this.#options.maxUnreadBytes) response.destroy();
  }
}

function frameOf({ id, event, data }: LoggedEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
