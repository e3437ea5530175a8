import { EventEmitter } from "node:events";
import type { CardReader } from "nfc-pcsc";
import type { VirtualCard } from "../../../../../tools/test-servers/pcscd/index.ts";

type Done<Value> = (error: Error | null, value: Value) => void;

const pcscError = (code: string) => new Error(`SCardCall error: some text.(${code})`);

/** A native reader in memory, with a card that tests lay on it. Remembers calls; two at once are a fault of the caller. */
export class FakeCardReader extends EventEmitter implements CardReader {
  readonly name: string;
  readonly SCARD_SHARE_SHARED = 2;
  readonly SCARD_SHARE_DIRECT = 3;
  readonly SCARD_PROTOCOL_T0 = 1;
  readonly SCARD_PROTOCOL_T1 = 2;
  readonly SCARD_LEAVE_CARD = 0;
  readonly SCARD_RESET_CARD = 1;
  connected = false;
  readonly calls: string[] = [];
  readonly controls: string[] = [];
  /** Results of the next connects, by code; null = success. */
  connectResults: (string | null)[] = [];
  controlResult: string | null = null;
  overlaps = 0;
  onTransmit: (apdu: Buffer) => void = () => undefined;
  #card: VirtualCard | null = null;
  #counter = 0;
  #underWay = 0;

  constructor(name = "Fake") {
    super();
    this.name = name;
  }

  /** The state before any card, as PC/SC tells it first. */
  begin(): void {
    this.emit("status", { state: 0x10 });
  }

  lay(card: VirtualCard): void {
    this.#card = card;
    this.#counter += 1;
    this.#tell();
  }

  take(): void {
    this.#card = null;
    this.#counter += 1;
    this.#tell();
  }

  /** One card for another, told in one event. */
  swap(card: VirtualCard): void {
    this.#card = card;
    this.#counter += 2;
    this.connected = false;
    this.#tell();
  }

  #tell(): void {
    const state = ((this.#counter << 16) | (this.#card === null ? 0x10 : 0x20)) >>> 0;
    const atr = this.#card?.answerToReset;
    this.emit("status", atr === undefined ? { state } : { state, atr });
  }

  #later<Value>(
    name: string,
    done: Done<Value>,
    act: () => { error?: string; value?: Value } | "never",
  ): void {
    this.calls.push(name);
    this.#underWay += 1;
    if (this.#underWay > 1) this.overlaps += 1;
    setImmediate(() => {
      const result = act();
      if (result === "never") return;
      this.#underWay -= 1;
      if (result.error === undefined) done(null, result.value as Value);
      else (done as (error: Error) => void)(pcscError(result.error));
    });
  }

  connect(options: { share_mode: number }, done: Done<number>): void {
    const isDirect = options.share_mode === this.SCARD_SHARE_DIRECT;
    this.#later(isDirect ? "connect-direct" : "connect", done, () => {
      const planned = this.connectResults.shift() ?? null;
      if (planned !== null) return { error: planned };
      if (this.#card === null && !isDirect) return { error: "0x8010000c" };
      this.connected = true;
      return { value: 2 };
    });
  }

  disconnect(disposition: number, done: Done<void>): void {
    this.#later(disposition === this.SCARD_RESET_CARD ? "reset" : "disconnect", done, () => {
      this.connected = false;
      return {};
    });
  }

  transmit(apdu: Buffer, _maxResponseBytes: number, _protocol: number, done: Done<Buffer>): void {
    this.#later("transmit", done, () => {
      this.onTransmit(apdu);
      if (this.#card === null || !this.connected) return { error: "0x80100069" };
      const answer = this.#card.respond(apdu);
      if (answer === "silence") return "never";
      return answer === "leave" ? { error: "0x80100016" } : { value: answer };
    });
  }

  control(data: Buffer, code: number, _maxResponseBytes: number, done: Done<Buffer>): void {
    this.controls.push(`${code.toString(16)} ${data.toString("hex")}`);
    this.#later("control", done, () =>
      this.controlResult === null ? { value: Buffer.alloc(2) } : { error: this.controlResult },
    );
  }
}
