import type { Receipt, ServerMessage } from "@tapline/core/tap";
import { receiptsMessage } from "./messages.ts";

/** Brings an agent's receipts into its stream, one message after the other, from a cursor on. */
export class ReceiptPump {
  readonly #find: (after: string) => Promise<{ next: string; receipts: Receipt[] }>;
  readonly #send: (message: ServerMessage) => Promise<boolean>;
  #after = "0";
  #due = false;
  #running = false;
  #stopped = false;

  /**
   * @param find the next receipts after a cursor; none where there are none yet
   * @param send resolves once the message is on its way: false where the stream has ended
   */
  constructor(
    find: (after: string) => Promise<{ next: string; receipts: Receipt[] }>,
    send: (message: ServerMessage) => Promise<boolean>,
  ) {
    this.#find = find;
    this.#send = send;
  }

  startAt(cursor: string): void {
    this.#after = cursor;
    this.wake();
  }

  /** Looks for receipts, now or as soon as the last ones are on their way. */
  wake(): void {
    this.#due = true;
    if (!this.#running) void this.#run();
  }

  stop(): void {
    this.#stopped = true;
  }

  async #run(): Promise<void> {
    this.#running = true;
    try {
      while (this.#due && !this.#stopped) {
        this.#due = false;
        const after = this.#after;
        const { next, receipts } = await this.#find(after);
        // Told to start elsewhere in the meantime.
        if (after !== this.#after) continue;
        if (receipts.length === 0) continue;
        this.#due = true;
        this.#after = next;
        if (!(await this.#send(receiptsMessage(next, receipts)))) this.#stopped = true;
      }
    } catch {
      // Redis is away: the next news, or the next look, tries again.
    } finally {
      this.#running = false;
    }
  }
}
