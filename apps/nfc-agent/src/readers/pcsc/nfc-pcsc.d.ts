/** The part of nfc-pcsc 0.8 and of @pokusew/pcsclite 0.6 beneath it that we use; neither brings these types. */
declare module "nfc-pcsc" {
  import type { EventEmitter } from "node:events";

  type Callback<Value = void> = (error: Error | null | undefined, value: Value) => void;

  /** A PC/SC reader as the native binding has it. Names of constants are those of winscard.h. */
  export interface CardReader extends EventEmitter {
    readonly name: string;
    /** True between a connect and a disconnect that both worked. */
    connected: boolean;
    readonly SCARD_SHARE_SHARED: number;
    readonly SCARD_SHARE_DIRECT: number;
    readonly SCARD_PROTOCOL_T0: number;
    readonly SCARD_PROTOCOL_T1: number;
    readonly SCARD_LEAVE_CARD: number;
    readonly SCARD_RESET_CARD: number;
    connect(options: { share_mode: number; protocol?: number }, done: Callback<number>): void;
    disconnect(disposition: number, done: Callback): void;
    transmit(apdu: Buffer, maxResponseBytes: number, protocol: number, done: Callback<Buffer>): void;
    control(data: Buffer, code: number, maxResponseBytes: number, done: Callback<Buffer>): void;
    on(event: "status", listener: (status: { state: number; atr?: Buffer }) => void): this;
  }

  /** nfc-pcsc's reader around it. */
  export interface Reader extends EventEmitter {
    readonly name: string;
    readonly reader: CardReader;
    autoProcessing: boolean;
  }

  /** Looks for readers from its construction on, which does not return while there is no PC/SC daemon. */
  export class NFC extends EventEmitter {
    on(event: "reader", listener: (reader: Reader) => void): this;
    on(event: "error", listener: (error: Error) => void): this;
  }
}
