import type { ReadFailureCause } from "../reader.ts";

/** What the reading of a card asks for next: a command to the card, or a pause before another look. */
export type Step = { apdu: Buffer; maxResponseBytes: number } | { pauseMs: number };

/**
 * The reading of a card as steps: it yields what it wants done and is resumed with the card's response (empty after a
 * pause). So the order of commands is decided without a card, and tested so.
 */
export type Steps<Result> = Generator<Step, Result, Buffer>;

/** Why a card gave no tap. Thrown within steps and by links to cards; it never leaves this folder. */
export class CardFault extends Error {
  readonly reason: ReadFailureCause;

  constructor(reason: ReadFailureCause, detail: string) {
    super(detail);
    this.name = "CardFault";
    this.reason = reason;
  }
}

/** A response APDU (ISO/IEC 7816-4 §5.1): data, and the status word that ends it. */
export type Response = { data: Buffer; status: number };

/** The status word of success. */
export const statusOk = 0x9000;

const statusBytes = 2;

/**
 * Sends one command.
 * @param maxDataBytes most bytes of data that the response may hold; more is a fault
 * @throws CardFault `removed` where the response is shorter than a status word: so a card looks that was pulled away
 */
export function* exchange(apdu: Buffer, maxDataBytes: number): Steps<Response> {
  const response = yield { apdu, maxResponseBytes: maxDataBytes + statusBytes };
  if (response.length < statusBytes) throw new CardFault("removed", "the tag left while it was read");
  const dataBytes = response.length - statusBytes;
  if (dataBytes > maxDataBytes)
    throw new CardFault("failed", `the tag answered ${dataBytes} bytes where ${maxDataBytes} were asked for`);
  return { data: response.subarray(0, dataBytes), status: response.readUInt16BE(dataBytes) };
}

/** A status word as documents write it. */
export function hexStatus(status: number): string {
  return status.toString(16).padStart(4, "0").toUpperCase();
}
