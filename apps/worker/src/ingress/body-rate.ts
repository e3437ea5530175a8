import { TaplineError } from "@tapline/core/kernel";

/** Bytes of unpacked bodies that an agent may bring for each tap of its rate: twice a tap of usual size in JSON. */
const bytesPerTap = 2 * 1024;
/** So much may come at once, seconds' worth. */
const burstS = 2;

type Account = { bytes: number; atEpochMs: number };

/**
 * How many bytes an agent may have unpacked and parsed. The rate of its taps does not bound that: what is refused, or is no
 * tap at all, costs the door as much as what is taken, and two kibibytes of gzip are two mebibytes of text.
 */
export class BodyRate {
  readonly #bytesPerSecond: number;
  /** One for each agent that was heard of. */
  readonly #accounts = new Map<string, Account>();

  constructor(tapsPerSecond: number) {
    // However few taps an agent may bring: one full body at once.
    this.#bytesPerSecond = Math.max(tapsPerSecond * bytesPerTap, 1024 * 1024);
  }

  /**
   * Before a body is unpacked, when nobody knows how large it is: what was too much is made up for afterwards.
   * @throws TaplineError `overloaded` where `agent` is to come again after `retryAfterMs`
   */
  assertSparing(agent: string, nowEpochMs: number): void {
    const retryAfterMs = this.waitMs(agent, nowEpochMs);
    if (retryAfterMs === 0) return;
    throw new TaplineError("overloaded", `agent ${agent} sends more bytes than its taps can have`, {
      remedy: "come back later",
      facts: { retryAfterMs },
    });
  }

  /** After how many ms `agent` may send on; 0 = now. */
  waitMs(agent: string, nowEpochMs: number): number {
    const { bytes } = this.#refilled(agent, nowEpochMs);
    return bytes > 0 ? 0 : Math.ceil((-bytes / this.#bytesPerSecond) * 1000) + 1;
  }

  /** A body, or a message of a stream, of `bytes` was unpacked. */
  spend(agent: string, bytes: number, nowEpochMs: number): void {
    this.#refilled(agent, nowEpochMs).bytes -= bytes;
  }

  #refilled(agent: string, nowEpochMs: number): Account {
    const most = burstS * this.#bytesPerSecond;
    let account = this.#accounts.get(agent);
    if (account === undefined) {
      account = { bytes: most, atEpochMs: nowEpochMs };
      this.#accounts.set(agent, account);
    }
    const elapsedMs = Math.max(0, nowEpochMs - account.atEpochMs);
    account.bytes = Math.min(most, account.bytes + (elapsedMs / 1000) * this.#bytesPerSecond);
    account.atEpochMs = nowEpochMs;
    return account;
  }
}
