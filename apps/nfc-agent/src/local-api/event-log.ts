import type { AgentEvent } from "../events.ts";

/** What a listener hears of an event: its name and data. Raw bytes are never among them. */
export type Told = { event: string; data: unknown };

/** An event with its place in this run. */
export type LoggedEvent = Told & { id: string };

/** Events that a client which was away can still have. */
const remembered = 1000;

/** Numbers the agent's events and keeps the last of them, so that a client goes on where it stopped. */
export class EventLog {
  readonly #run: number;
  readonly #listeners = new Set<(event: LoggedEvent) => void>();
  #events: LoggedEvent[] = [];
  #last = 0;

  /** @param startedAtEpochMs tells this run's ids from those of earlier ones */
  constructor(startedAtEpochMs: number) {
    this.#run = startedAtEpochMs;
  }

  take(event: AgentEvent): void {
    for (const told of tellable(event)) this.#add(told);
  }

  /**
   * Calls back for every event after `after`, those remembered first.
   * @returns a function that ends it, and whether events after `after` were missed
   */
  follow(after: string | null, listener: (event: LoggedEvent) => void): { missed: boolean; end: () => void } {
    const from = after === null ? this.#last : this.#numberOf(after);
    const missed = from === null || this.#last - from > this.#events.length;
    const skip = missed ? 0 : this.#events.length - (this.#last - from);
    for (const event of this.#events.slice(Math.max(0, skip))) listener(event);
    this.#listeners.add(listener);
    return { missed, end: () => this.#listeners.delete(listener) };
  }

  /** Null for an id of another run, or of none. */
  #numberOf(id: string): number | null {
    const [run, number] = id.split("-").map(Number);
    return run === this.#run && number !== undefined && number <= this.#last ? number : null;
  }

  #add(told: Told): void {
    this.#last += 1;
    const event = { id: `${this.#run}-${this.#last}`, ...told };
    this.#events.push(event);
    if (this.#events.length >= 2 * remembered) this.#events = this.#events.slice(-remembered);
    for (const listener of this.#listeners) listener(event);
  }
}

function tellable(event: AgentEvent): Told[] {
  switch (event.type) {
    case "reader":
      return [{ event: "reader", data: event.status }];
    case "read-failed":
      return [{ event: "read-failed", data: event.failure }];
    case "tap-kept": {
      const { type: _, raw, ...tap } = event;
      return [{ event: "tap", data: { ...tap, bytes: raw.length } }];
    }
    case "tap-progress":
      return event.taps.map((tap) => ({ event: "tap-progress", data: tap }));
    case "link":
      return [{ event: "link", data: { link: event.link, why: event.why } }];
    case "paused":
      return [{ event: "paused", data: { reason: event.reason, reader: event.reader } }];
  }
}
