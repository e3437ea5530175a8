import type { CardReader } from "nfc-pcsc";
import { CardFault } from "./card-steps.ts";
import { faultOf } from "./pcsc-codes.ts";

type Callback<Value> = (error: Error | null | undefined, value: Value) => void;

/**
 * The connection to the card in one reader: one call at a time, each with a deadline. Uses the native reader beneath
 * nfc-pcsc's, whose own connects would race with ours and swallow their errors.
 */
export class CardLink {
  readonly #reader: CardReader;
  readonly #deadlineMs: number;
  #protocol: number | null = null;
  #isStuck = false;

  /** @param deadlineMs longest time for one command */
  constructor(reader: CardReader, deadlineMs: number) {
    this.#reader = reader;
    this.#deadlineMs = deadlineMs;
  }

  get isConnected(): boolean {
    return this.#protocol !== null;
  }

  /** True once a call was not answered in time: it holds the reader, and no other call may follow. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** @throws CardFault */
  async connect(): Promise<void> {
    const { SCARD_SHARE_SHARED, SCARD_PROTOCOL_T0, SCARD_PROTOCOL_T1 } = this.#reader;
    const protocol = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;
    this.#protocol = await this.#call<number>((done) =>
      this.#reader.connect({ share_mode: SCARD_SHARE_SHARED, protocol }, done),
    );
  }

  /** @throws CardFault */
  transmit(apdu: Buffer, maxResponseBytes: number): Promise<Buffer> {
    const protocol = this.#protocol;
    if (protocol === null) throw new CardFault("removed", "the tag left while it was read");
    return this.#call((done) => this.#reader.transmit(apdu, maxResponseBytes, protocol, done));
  }

  /**
   * Ends the connection; does nothing where there is none. Never fails: a handle that PC/SC no longer knows is forgotten.
   * @param reset true to have the card begin anew
   */
  async disconnect(reset: boolean): Promise<void> {
    if (this.#isStuck || !this.#reader.connected) {
      this.#protocol = null;
      return;
    }
    const { SCARD_LEAVE_CARD, SCARD_RESET_CARD } = this.#reader;
    const disposition = reset ? SCARD_RESET_CARD : SCARD_LEAVE_CARD;
    this.#protocol = null;
    await this.#call<void>((done) => this.#reader.disconnect(disposition, done)).catch(() => {
      if (!this.#isStuck) this.#reader.connected = false;
    });
  }

  /** Sends a command to the reader itself, without a card. @throws CardFault */
  async escape(command: Buffer, code: number, maxResponseBytes: number): Promise<void> {
    const { SCARD_SHARE_DIRECT } = this.#reader;
    await this.#call<number>((done) =>
      this.#reader.connect({ share_mode: SCARD_SHARE_DIRECT, protocol: 0 }, done),
    );
    try {
      await this.#call<Buffer>((done) => this.#reader.control(command, code, maxResponseBytes, done));
    } finally {
      await this.disconnect(false);
    }
  }

  #call<Value>(act: (done: Callback<Value>) => void): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#isStuck = true;
        reject(new CardFault("stalled", `no answer within ${this.#deadlineMs} ms`));
      }, this.#deadlineMs);
      act((error, value) => {
        clearTimeout(timer);
        if (error) reject(faultOf(error));
        else resolve(value);
      });
    });
  }
}
